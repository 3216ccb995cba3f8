import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeptDraft } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, at, id } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { type Colleague, ColleaguesContext } from "../colleagues";
import { draftSync } from "../draft-sync";
import { Composer } from "./composer";

const ID = id("cnv", 1);
const QUESTION = aMessage(7, { text: "Do you repair wheels?" });
const BEN: Colleague = { id: id("usr", 2), name: "Ben Carter", disabled: false };
const NAMESAKE: Colleague = { ...BEN, id: id("usr", 3) };
const KEPT: KeptDraft = {
  conversation_id: ID,
  text: "",
  note_text: "",
  mentions: [],
  is_note: false,
  reply_to: null,
  revision: 1,
  updated_at: at(0),
};

function show() {
  const calls = stubHub({
    [`GET /messages/${QUESTION.id}`]: () => ({ body: QUESTION }),
    [`PUT /conversations/${ID}/draft`]: () => refusal(503, "unavailable"),
    [`POST /conversations/${ID}/typing`]: () => ({ status: 204 }),
    [`POST /conversations/${ID}/messages`]: ({ key }) => ({
      status: 202,
      body: aMessage(9, { direction: "outbound", client_key: key }),
    }),
    "GET /canned-responses": () => ({ body: { data: [], next_cursor: null } }),
  });
  const row = aConversation(1, { window_expires_at: new Date(Date.now() + 7e7).toISOString() });
  const view = renderWithHub(
    <ColleaguesContext value={[BEN, NAMESAKE]}>
      <Composer conversation={row} contactName="Ann" />
    </ColleaguesContext>,
  );
  const of = (method: string) => calls.filter((call) => call.method === method);
  return { ...view, of };
}

const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");
const fromElsewhere = (part: Partial<KeptDraft>) =>
  act(() => draftSync.take({ ...KEPT, ...part }, "another device"));
let stop = () => {};

describe("a draft of another device", () => {
  beforeEach(() => {
    logIn();
    stop = draftSync.start();
  });
  afterEach(() => stop());

  it("stands in the field, with the message that it answers", async () => {
    const { container, of } = show();
    fromElsewhere({ text: "We do, ", reply_to: QUESTION.id });
    expect(input()).toHaveValue("We do, ");
    expect(await screen.findByText("Do you repair wheels?")).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.type(input(), "all of them.{Enter}");
    await waitFor(() =>
      expect(of("POST").some(({ path }) => path.endsWith("/messages"))).toBe(true),
    );
    expect(of("POST").at(-1)?.body).toMatchObject({
      text: { body: "We do, all of them." },
      context: { message_id: QUESTION.provider_id },
    });
  });

  it("calls those whom the note called there, not their namesakes", async () => {
    const { of } = show();
    fromElsewhere({ note_text: "@Ben Carter look", mentions: [BEN.id], is_note: true });
    expect(screen.getByTestId("composer")).toHaveAttribute("data-mode", "note");
    expect(input()).toHaveValue("@Ben Carter look");
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(of("POST")).toHaveLength(1));
    expect(of("POST")[0]?.body).toEqual({
      type: "note",
      text: { body: "@Ben Carter look", mentions: [BEN.id] },
    });
  });

  it("never takes the place of words that are written here, and a hub that is away alarms nobody", async () => {
    const { of, unmount } = show();
    await userEvent.type(input(), "mine");
    fromElsewhere({ text: "theirs" });
    expect(input()).toHaveValue("mine");
    unmount();
    await waitFor(() => expect(of("PUT")).toHaveLength(1));
    expect(of("PUT")[0]).toMatchObject({ keepalive: true, body: { text: "mine", base: 1 } });
    expect(document.body).toHaveTextContent("");
    show();
    expect(input()).toHaveValue("mine");
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
