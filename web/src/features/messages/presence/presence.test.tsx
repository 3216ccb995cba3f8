import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "@/lib/api/types";
import { SocketContext, useConnection } from "@/lib/connection";
import { keys } from "@/lib/keys";
import type { LiveSocket } from "@/lib/socket";
import type { Activity } from "@/lib/socket-frames";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, id, ME, paged } from "@/testing/builders";
import { type Call, logIn, renderWithHub, stubHub } from "@/testing/hub";
import { Composer } from "../composer/composer";
import { useOutbox } from "../outbox";
import { takePresence, useAttendance } from "./attendance";

const CONVERSATION = id("cnv", 1);

function show(answered = Promise.resolve()) {
  const calls = stubHub({
    [`POST /conversations/${CONVERSATION}/messages`]: async (call: Call) => {
      await answered;
      return { status: 202, body: aMessage(2, { direction: "outbound", client_key: call.key }) };
    },
    [`POST /conversations/${CONVERSATION}/typing`]: () => ({ status: 204 }),
  });
  const attend = vi.fn();
  const open = new Date(Date.now() + 3_600_000).toISOString();
  const conversation = aConversation(1, { window_expires_at: open });
  const view = renderWithHub(
    <SocketContext value={{ attend, subscribe: () => () => undefined } as unknown as LiveSocket}>
      <Composer conversation={conversation} contactName="Ann" />
    </SocketContext>,
  );
  const sends = () => calls.filter((call) => call.path.endsWith("/messages"));
  return { ...view, attend, sends };
}

const is = (name: string, activity: Activity, user = id("usr", 9), secondsAgo = 0) => ({
  id: user,
  name,
  activity,
  since: new Date(Date.now() - secondsAgo * 1000).toISOString(),
});
const tell = (...people: ReturnType<typeof is>[]) => act(() => takePresence(CONVERSATION, people));
const input = () => screen.getByTestId("composer-input");

describe("who else is at a conversation", () => {
  beforeEach(() => {
    logIn();
    useAttendance.setState({ people: {} });
    useConnection.setState({ phase: "connected", retryAt: null, staleSince: null });
  });

  it("is said, without oneself, and not while nobody knows", async () => {
    const { container } = show();
    tell(is("Me", "viewing", ME.id));
    expect(screen.queryByTestId("presence-line")).toBeNull();
    tell(is("Me", "viewing", ME.id), is("Ben", "viewing"));
    expect(screen.getByTestId("presence-line")).toHaveTextContent("Ben looks at this as well");
    expect(await accessibilityProblems(container)).toEqual([]);
    act(() => useConnection.setState({ phase: "reconnecting" }));
    expect(screen.queryByTestId("presence-line")).toBeNull();
  });

  it("tells the second before two answer at once", async () => {
    const { sends } = show();
    tell(is("Ben", "writing"));
    await userEvent.type(input(), "Hello{Enter}");
    expect(screen.getByTestId("presence-line")).toHaveTextContent("Send yours as well?");
    expect(sends()).toHaveLength(0);
    await userEvent.click(screen.getByRole("button", { name: "Wait" }));
    expect(input()).toHaveValue("Hello");
    await userEvent.type(input(), "{Enter}");
    expect(sends()).toHaveLength(0);
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
  });

  it("asks only the one who began later", async () => {
    const { sends } = show();
    await userEvent.type(input(), "Hello");
    tell(is("Me", "writing", ME.id, 10), is("Ben", "writing", id("usr", 9), 5));
    expect(screen.getByTestId("presence-line")).toHaveTextContent("Ben");
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
    await userEvent.type(input(), "More");
    tell(is("Me", "writing", ME.id, 1), is("Ben", "writing", id("usr", 9), 5));
    await userEvent.type(input(), "{Enter}");
    expect(screen.getByTestId("presence-line")).toHaveTextContent("Send yours as well?");
    expect(sends()).toHaveLength(1);
  });

  it("asks one of two who began at the same moment, the same one on both pages", async () => {
    const { sends } = show();
    await userEvent.type(input(), "Hello");
    tell(is("Me", "writing", ME.id, 5), is("Ana", "writing", id("usr", 0), 5.2));
    await userEvent.type(input(), "{Enter}");
    expect(sends()).toHaveLength(0);
    tell(is("Me", "writing", ME.id, 5.2), is("Ben", "writing", id("usr", 9), 5));
    await userEvent.click(screen.getByRole("button", { name: "Wait" }));
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
  });

  it("tells of an answer that came while one wrote, before one's own goes", async () => {
    const { sends, client } = show();
    const thread = (...messages: Message[]) =>
      act(() => client.setQueryData(keys.messages(CONVERSATION), paged(messages, 50, 50)));
    const answer = (number: number, author: string) =>
      aMessage(number, {
        direction: "outbound",
        author: { type: "user", id: author, name: "Ben" },
      });
    const ben = id("usr", 9);
    thread(answer(3, ben));
    await userEvent.type(input(), "Hello");
    expect(screen.queryByTestId("presence-line")).toBeNull();
    thread(answer(4, ME.id), answer(3, ben));
    await userEvent.type(input(), " there");
    expect(screen.queryByTestId("presence-line"), "one's own").toBeNull();
    thread(answer(5, ben), answer(4, ME.id), answer(3, ben));
    expect(await screen.findByTestId("presence-line")).toHaveTextContent(
      "Ben answered while you were writing",
    );
    await userEvent.type(input(), "{Enter}");
    expect(sends()).toHaveLength(0);
    await userEvent.click(screen.getByRole("button", { name: "Wait" }));
    expect(screen.queryByTestId("presence-line"), "one knows").toBeNull();
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
  });

  it("writes for the others until the hub has what was written", async () => {
    const { attend } = show();
    await userEvent.type(input(), "Hello");
    expect(attend.mock.calls).toEqual([[CONVERSATION, "writing"]]);
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(attend.mock.calls.at(-1)).toEqual([CONVERSATION]));
  });

  it("says nothing of a conversation that was left before the hub answered", async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { attend, sends, unmount } = show(answered);
    await userEvent.type(input(), "Hello{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
    unmount();
    answer();
    await waitFor(() => expect(useOutbox.getState().parcels).toEqual([]));
    expect(attend.mock.calls).toEqual([[CONVERSATION, "writing"]]);
  });

  it("hears that one writes, and that one no longer does", async () => {
    const { attend } = show();
    await userEvent.type(input(), "He");
    expect(attend.mock.calls).toEqual([[CONVERSATION, "writing"]]);
    await userEvent.clear(input());
    expect(attend.mock.calls.at(-1)).toEqual([CONVERSATION]);
  });
});
