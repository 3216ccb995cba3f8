import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "@/lib/api/types";
import { aMessage, id } from "@/testing/builders";
import { logIn, refusal, stubHub } from "@/testing/hub";
import { unconfirmed, useOutbox } from "./outbox";
import { resend, resendPassing, sendMessage } from "./sending";

const CONVERSATION = id("cnv", 1);
const ROUTE = `POST /conversations/${CONVERSATION}/messages`;

function text(body: string) {
  return {
    conversationId: CONVERSATION,
    sessionId: id("ses", 1),
    body: { type: "text", text: { body } },
  };
}

describe("sending", () => {
  beforeEach(logIn);

  it("shows one bubble per key: the parcel, then the message, never both", async () => {
    let confirmed: Message | null = null;
    stubHub({
      [ROUTE]: ({ key }) => {
        confirmed = aMessage(1, { direction: "outbound", client_key: key });
        return { status: 202, body: confirmed };
      },
    });
    const taken: Message[] = [];
    const sent = sendMessage(text("hi"), (message) => taken.push(message));
    const { parcels } = useOutbox.getState();
    expect(unconfirmed(parcels, CONVERSATION, [])).toHaveLength(1);
    await sent;
    expect(taken).toEqual([confirmed]);
    // The event may have come before the answer: the parcel was hidden by its key then already.
    expect(unconfirmed(parcels, CONVERSATION, taken)).toEqual([]);
    expect(useOutbox.getState().parcels).toEqual([]);
  });

  it("sends what was typed first first, even when its answer is slow", async () => {
    const bodies: unknown[] = [];
    stubHub({
      [ROUTE]: async ({ body }) => {
        bodies.push((body as { text: { body: string } }).text.body);
        await new Promise((resolve) => setTimeout(resolve, bodies.length === 1 ? 20 : 1));
        return { status: 202, body: aMessage(bodies.length) };
      },
    });
    const take = () => undefined;
    await Promise.all(["one", "two", "three"].map((body) => sendMessage(text(body), take)));
    expect(bodies).toEqual(["one", "two", "three"]);
  });

  it("tries again under the same key when the hub is not there for a moment", async () => {
    vi.useFakeTimers();
    let tries = 0;
    const calls = stubHub({
      [ROUTE]: () => {
        tries += 1;
        return tries < 3 ? refusal(503, "unavailable") : { status: 202, body: aMessage(1) };
      },
    });
    const sent = sendMessage(text("hi"), () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    await sent;
    vi.useRealTimers();
    expect(new Set(calls.map((call) => call.key)).size).toBe(1);
    expect(calls).toHaveLength(3);
    expect(useOutbox.getState().parcels).toEqual([]);
  });

  it("does not repeat what the hub refused, and keeps it with the reason", async () => {
    const calls = stubHub({ [ROUTE]: () => refusal(409, "window_closed") });
    await sendMessage(text("hi"), () => undefined);
    expect(calls).toHaveLength(1);
    const [parcel] = useOutbox.getState().parcels;
    expect(parcel).toMatchObject({ state: "failed", passing: false });
    expect(parcel?.problem).toContain("24-hour window");
  });

  it("sends by itself what failed for want of a network once that is back", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("no network");
    });
    const sent = sendMessage(text("hi"), () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    await sent;
    vi.useRealTimers();
    const key = useOutbox.getState().parcels[0]?.key;
    const calls = stubHub({ [ROUTE]: () => ({ status: 202, body: aMessage(1) }) });
    const taken = await new Promise((resolve) => resendPassing(resolve));
    expect(taken).toEqual(aMessage(1));
    expect(calls.map((call) => call.key)).toEqual([key]);
  });

  it("remembers what was on its way when the tab was loaded again", async () => {
    stubHub({
      [`POST /conversations/${id("cnv", 2)}/messages`]: () => new Promise(() => undefined),
    });
    void sendMessage({ ...text("hi"), conversationId: id("cnv", 2) }, () => undefined);
    const { state } = JSON.parse(sessionStorage.getItem("outbox") ?? "{}");
    expect(state.parcels).toMatchObject([
      { state: "failed", passing: true, body: { text: { body: "hi" } } },
    ]);
  });

  it("a parcel that is on its way is not sent twice", async () => {
    const calls = stubHub({ [ROUTE]: () => ({ status: 202, body: aMessage(1) }) });
    const sent = sendMessage(text("hi"), () => undefined);
    const key = useOutbox.getState().parcels[0]?.key ?? "";
    await Promise.all([sent, resend(key, () => undefined)]);
    expect(calls).toHaveLength(1);
  });
});
