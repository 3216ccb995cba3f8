import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { KeptDraft, WriteDraft } from "@/lib/api/types";
import { at, id } from "@/testing/builders";
import { type Call, logIn, refusal, stubHub } from "@/testing/hub";
import { DraftSync, PAUSE_MS, WRITING_MS } from "./draft-sync";
import { NO_DRAFT, useDrafts } from "./drafts";
import { fromKept, toKept } from "./kept-draft";

const ONE = id("cnv", 1);
const TWO = id("cnv", 2);
const ELSEWHERE = "another device";

function kept(part: Partial<KeptDraft> = {}): KeptDraft {
  return {
    conversation_id: ONE,
    text: "",
    note_text: "",
    mentions: [],
    is_note: false,
    reply_to: null,
    revision: 1,
    updated_at: at(0),
    ...part,
  };
}

/** A hub that keeps drafts, and a page that follows them. */
function world(there: KeptDraft[] = []) {
  const hub = { drafts: new Map(there.map((one) => [one.conversation_id, one])), away: false };
  const write = ({ path, body }: Call) => {
    if (hub.away) return refusal(503, "unavailable");
    const conversation_id = path.split("/")[2] ?? "";
    const { base, device: _, ...words } = body as WriteDraft;
    const before = hub.drafts.get(conversation_id)?.revision ?? 0;
    const revision = Math.max(before, base ?? 0) + 1;
    const draft = kept({ conversation_id, revision, ...(words as Partial<KeptDraft>) });
    hub.drafts.set(conversation_id, draft);
    return { body: draft };
  };
  const isEmpty = ({ text, note_text, is_note, reply_to }: KeptDraft) =>
    !text && !note_text && !is_note && reply_to === null;
  const list = () => {
    if (hub.away) return refusal(503, "unavailable");
    const data = [...hub.drafts.values()].filter((draft) => !isEmpty(draft));
    return { body: { data, next_cursor: null } };
  };
  const calls = stubHub({
    "GET /drafts": list,
    [`PUT /conversations/${ONE}/draft`]: write,
    [`PUT /conversations/${TWO}/draft`]: write,
  });
  const sync = new DraftSync();
  stop = sync.start();
  const puts = () => calls.filter(({ method }) => method === "PUT");
  const written = () => puts().map(({ body }) => (body as WriteDraft).text);
  return { hub, sync, puts, written };
}

let stop = () => {};
const type = (text: string, conversation = ONE) =>
  useDrafts.getState().change(conversation, { text });
const here = (conversation = ONE) => useDrafts.getState().drafts[conversation];
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("drafts on several devices", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    logIn();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("are written a second after the last key, each time over what this device knows", async () => {
    const { sync, puts, written } = world();
    type("H");
    await pass(PAUSE_MS / 2);
    type("Hi");
    await pass(PAUSE_MS - 1);
    expect(written()).toEqual([]);
    await pass(1);
    expect(written()).toEqual(["Hi"]);
    type("Hi!");
    await pass(PAUSE_MS);
    const sent = puts().map(({ body }) => body as WriteDraft);
    expect(sent.map(({ base }) => base)).toEqual([null, 1]);
    expect(sent[0]?.device).toBe(sync.device);
    expect(useDrafts.getState().unsaved).toEqual({});
    await pass(60_000);
    expect(written()).toHaveLength(2);
  });

  it("are not written for what changes nothing", async () => {
    const { puts } = world();
    useDrafts.getState().change(ONE, { note: false });
    await pass(PAUSE_MS);
    expect(puts()).toEqual([]);
  });

  it("are written at once when their conversation or the page is left", async () => {
    const { sync, puts, written } = world();
    type("one");
    type("two", TWO);
    await sync.flush(ONE);
    expect(written()).toEqual(["one"]);
    window.dispatchEvent(new Event("pagehide"));
    await pass(0);
    expect(written()).toEqual(["one", "two"]);
    expect(puts().map(({ keepalive }) => keepalive)).toEqual([true, true]);
    await pass(PAUSE_MS);
    expect(written()).toHaveLength(2);
  });

  it("are thrown away everywhere when they were sent", async () => {
    const { hub } = world();
    type("sent");
    await pass(PAUSE_MS);
    type("");
    await pass(PAUSE_MS);
    expect(hub.drafts.get(ONE)).toMatchObject({ text: "", revision: 2 });
    expect(useDrafts.getState()).toMatchObject({ drafts: {}, unsaved: {} });
  });

  it("come from another device as they are written there, and go when they are sent there", async () => {
    const { sync, puts } = world();
    sync.take(kept({ note_text: "@Ben look", mentions: ["usr_2"], is_note: true }), ELSEWHERE);
    expect(here()).toEqual({
      ...NO_DRAFT,
      noteText: "@Ben look",
      picked: [{ id: "usr_2", name: "" }],
      note: true,
    });
    // Late, and therefore old.
    sync.take(kept({ text: "old" }), ELSEWHERE);
    expect(here()?.text).toBe("");
    sync.take(kept({ revision: 2 }), ELSEWHERE);
    expect(here()).toBeUndefined();
    await pass(WRITING_MS);
    expect(puts()).toEqual([]);
  });

  it("are not disturbed by their own echo", async () => {
    const { sync } = world();
    type("Hi");
    sync.take(kept({ text: "H" }), sync.device);
    expect(here()?.text).toBe("Hi");
  });

  it("stay here while they are written here, and are written over the others", async () => {
    const { sync, hub, puts } = world();
    type("mine");
    hub.drafts.set(ONE, kept({ text: "theirs", revision: 4 }));
    sync.take(kept({ text: "theirs", revision: 4 }), ELSEWHERE);
    expect(here()?.text).toBe("mine");
    await pass(PAUSE_MS);
    expect(hub.drafts.get(ONE)).toMatchObject({ text: "mine", revision: 5 });
    // Saved by now, but somebody writes here still.
    hub.drafts.set(ONE, kept({ text: "theirs", revision: 6 }));
    sync.take(kept({ text: "theirs", revision: 6 }), ELSEWHERE);
    await pass(PAUSE_MS);
    expect(hub.drafts.get(ONE)).toMatchObject({ text: "mine", revision: 7 });
    await pass(WRITING_MS);
    sync.take(kept({ text: "theirs", revision: 8 }), ELSEWHERE);
    expect(here()?.text).toBe("theirs");
    expect(puts()).toHaveLength(2);
  });

  it("lose no word while the hub is away: the next change or connection writes them", async () => {
    const { sync, hub, written } = world();
    hub.away = true;
    type("one");
    type("two", TWO);
    await pass(PAUSE_MS);
    expect(written()).toEqual(["one", "two"]);
    await sync.load();
    expect([here()?.text, here(TWO)?.text]).toEqual(["one", "two"]);
    hub.away = false;
    type("one more");
    await pass(PAUSE_MS);
    expect(hub.drafts.get(ONE)?.text).toBe("one more");
    expect(hub.drafts.has(TWO)).toBe(false);
    await sync.load();
    expect(hub.drafts.get(TWO)?.text).toBe("two");
    expect(useDrafts.getState().unsaved).toEqual({});
  });

  it("are taken from the hub at log-in, but for words that it does not have", async () => {
    useDrafts.setState({
      drafts: {
        [TWO]: { ...NO_DRAFT, text: "new words" },
        [id("cnv", 3)]: { ...NO_DRAFT, text: "sent from the phone" },
      },
      unsaved: { [TWO]: true },
    });
    const { sync, hub } = world([
      kept({ text: "from the phone", revision: 3 }),
      kept({ conversation_id: TWO, text: "old words", revision: 3 }),
    ]);
    await sync.load();
    expect(here()?.text).toBe("from the phone");
    expect(here(TWO)?.text).toBe("new words");
    expect(hub.drafts.get(TWO)).toMatchObject({ text: "new words", revision: 4 });
    expect(here(id("cnv", 3))).toBeUndefined();
  });

  it("go on as another device wrote them when they had arrived before the page was left", async () => {
    useDrafts.setState({
      drafts: { [ONE]: { ...NO_DRAFT, text: "Hello" } },
      unsaved: { [ONE]: true },
    });
    const { sync, puts } = world([kept({ text: "Hello Ann", revision: 3 })]);
    await sync.load();
    expect(here()?.text).toBe("Hello Ann");
    expect(puts()).toEqual([]);
  });

  it("keep what was deleted without the hub deleted", async () => {
    const { sync, hub } = world();
    type("Hello Ann");
    await pass(PAUSE_MS);
    hub.away = true;
    type("Hello");
    await pass(WRITING_MS + PAUSE_MS);
    hub.away = false;
    await sync.load();
    expect(here()?.text).toBe("Hello");
    expect(hub.drafts.get(ONE)?.text).toBe("Hello");
  });

  it("are written once more when they change on the way", async () => {
    const { written, hub } = world();
    type("a");
    vi.advanceTimersByTime(PAUSE_MS);
    type("ab");
    await pass(PAUSE_MS);
    expect(written()).toEqual(["a", "ab"]);
    expect(hub.drafts.get(ONE)?.text).toBe("ab");
    expect(useDrafts.getState().unsaved).toEqual({});
  });

  it("follow nobody when nobody is logged in", async () => {
    const { sync, puts } = world();
    stop();
    type("Hi");
    await sync.flush();
    await pass(PAUSE_MS);
    expect(puts()).toEqual([]);
  });
});

describe("a draft at the hub", () => {
  it("names those who are called, once, while their names stand in it", () => {
    const ben = { id: "usr_2", name: "Ben" };
    const picked = [ben, ben, { id: "usr_3", name: "Eve" }, { id: "usr_4", name: "" }];
    const draft = { ...NO_DRAFT, noteText: "@Ben look", picked, note: true };
    expect(toKept(draft).mentions).toEqual(["usr_2", "usr_4"]);
    expect(fromKept(kept({ mentions: ["usr_2"] }), draft).picked).toEqual([ben]);
  });

  it("answers the same message, whose words the device may know", () => {
    const reply = { id: "msg_1", providerId: "w1", text: "?", type: "text", direction: null };
    const draft = { ...NO_DRAFT, reply };
    expect(toKept(draft).reply_to).toBe("msg_1");
    expect(fromKept(kept({ reply_to: "msg_1" }), draft).reply).toBe(reply);
    expect(fromKept(kept({ reply_to: "msg_2" }), draft).reply).toMatchObject({
      id: "msg_2",
      type: "",
    });
  });

  it("gets those that were begun before it kept any", async () => {
    const before = { drafts: { [ONE]: { ...NO_DRAFT, text: "old" } } };
    localStorage.setItem("drafts", JSON.stringify({ state: before, version: 2 }));
    await useDrafts.persist.rehydrate();
    expect(useDrafts.getState()).toMatchObject({ ...before, unsaved: { [ONE]: true } });
  });
});
