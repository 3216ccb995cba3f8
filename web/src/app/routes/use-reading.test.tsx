import { act, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { useUnseenMentions } from "@/features/mentions/queries";
import type { Conversation, Mention } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { aConversation, aMention, id } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { useReading } from "./use-reading";

const READ = `POST /conversations/${id("cnv", 1)}/read`;
const elsewhere = aMention(9);
elsewhere.message.conversation_id = id("cnv", 2);

function Page({ conversation }: { conversation: Conversation }) {
  const read = useReading(conversation);
  const count = useUnseenMentions().length;
  return (
    <button type="button" onClick={read}>
      {count} unseen
    </button>
  );
}

function show(conversation: Conversation, works = true) {
  const hub: { unseen: Mention[] } = { unseen: [elsewhere, aMention(1)] };
  const calls = stubHub({
    "GET /mentions": () => ({ body: { data: hub.unseen, next_cursor: null } }),
    [READ]: () => {
      if (!works) return refusal(409, "conflict");
      hub.unseen = [elsewhere];
      return { status: 204 };
    },
  });
  const view = renderWithHub(<Page conversation={conversation} />);
  const reads = () => calls.filter((call) => call.method === "POST").length;
  return { hub, reads, ...view };
}

describe("reading a conversation", () => {
  beforeEach(() => {
    logIn();
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    return () => vi.restoreAllMocks();
  });

  it("answers the notes in it that call oneself, as soon as somebody looks", async () => {
    const { reads } = show(aConversation(1));
    expect(await screen.findByText("1 unseen")).toBeVisible();
    expect(reads()).toBe(1);
  });

  it("waits for what the customer wrote to be on the screen", async () => {
    const { reads } = show(aConversation(1, { unread: 2 }));
    expect(await screen.findByText("2 unseen")).toBeVisible();
    expect(reads()).toBe(0);
    // The thread says so.
    act(() => screen.getByRole("button").click());
    expect(await screen.findByText("1 unseen")).toBeVisible();
    expect(reads()).toBe(1);
  });

  it("answers nothing while nobody looks", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const { reads } = show(aConversation(1));
    expect(await screen.findByText("2 unseen")).toBeVisible();
    expect(reads()).toBe(0);
  });

  it("does not ask a hub for ever that refuses", async () => {
    const { reads, client } = show(aConversation(1), false);
    await waitFor(() => expect(reads()).toBe(1));
    await act(() => client.invalidateQueries({ queryKey: keys.anyMentions }));
    expect(await screen.findByText("2 unseen")).toBeVisible();
    expect(reads()).toBe(1);
  });
});
