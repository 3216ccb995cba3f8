import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { Starred } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, aStarred, at, id } from "@/testing/builders";
import { type Call, logIn, type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { Thread } from "../thread/thread";
import { renewStarred, withoutStar, withStar } from "./events";
import { takeStar } from "./queries";
import { StarredButton } from "./starred-button";
// Fetched already, so that no test waits for it.
import "./starred-drawer";
import { StarredPage } from "./starred-page";

const CONVERSATION = id("cnv", 1);
const STAR = `/messages/${id("msg", 2)}/star`;
const NOTHING_TO_SEE = { state: "", due: false, unread: 0, after: null };

function hub(starred: Starred[], routes: Record<string, (call: Call) => Reply> = {}) {
  const messages = [aMessage(2), aMessage(1)];
  return stubHub({
    [`GET /conversations/${CONVERSATION}/messages`]: () => ({
      body: { data: messages, next_cursor: null },
    }),
    "GET /starred-messages": ({ query }) => {
      const wanted = query.get("conversation");
      const data = starred.filter(({ message }) => !wanted || message.conversation_id === wanted);
      return { body: { data, next_cursor: null } };
    },
    [`PUT ${STAR}`]: () => ({ status: 204 }),
    [`DELETE ${STAR}`]: () => ({ status: 204 }),
    ...routes,
  });
}

function Where() {
  const { pathname, search, hash } = useLocation();
  return <p data-testid="where">{pathname + search + hash}</p>;
}

async function showThread() {
  const view = renderWithHub(
    <>
      <Thread
        conversationId={CONVERSATION}
        contactName="Ann"
        toSee={NOTHING_TO_SEE}
        onSeen={() => undefined}
      />
      <StarredButton conversation={aConversation(1)} />
      <Where />
    </>,
    "/inbox?status=open",
  );
  view.client.setQueryData(keys.conversation(CONVERSATION), aConversation(1));
  const bubble = (await screen.findByText("Message 2")).closest("article") as HTMLElement;
  const choose = async (item: string) => {
    await userEvent.click(within(bubble).getByRole("button", { name: "More actions" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: item }));
  };
  return { ...view, bubble, choose };
}

describe("a star", () => {
  beforeEach(logIn);

  it("is set from the message's menu, shows on it at once, and goes the same way", async () => {
    const calls = hub([]);
    const { bubble, choose, container } = await showThread();
    await choose("Star");
    expect(await within(bubble).findByRole("img", { name: "Starred" })).toBeVisible();
    await waitFor(() => expect(calls.at(-1)).toMatchObject({ method: "PUT", path: STAR }));
    await userEvent.click(screen.getByRole("button", { name: "Starred" }));
    const drawer = within(await screen.findByRole("dialog", { name: "Starred" }));
    expect(await drawer.findByText("Message 2")).toBeVisible();
    await userEvent.click(drawer.getByRole("button", { name: "Close" }));
    expect(await accessibilityProblems(container)).toEqual([]);
    await choose("Remove the star");
    await waitFor(() => expect(within(bubble).queryByRole("img", { name: "Starred" })).toBeNull());
    await waitFor(() => expect(calls.at(-1)).toMatchObject({ method: "DELETE", path: STAR }));
  });

  it("goes again when the hub has no room for it", async () => {
    hub([], { [`PUT ${STAR}`]: () => refusal(409, "limit_reached") });
    const { bubble, choose, client } = await showThread();
    render(<Toasts />);
    await choose("Star");
    expect(await screen.findByText(/Delete one first/)).toBeVisible();
    await waitFor(() => expect(within(bubble).queryByRole("img", { name: "Starred" })).toBeNull());
    expect(client.getQueryData(keys.starred(CONVERSATION))).toMatchObject({
      pages: [{ data: [] }],
    });
  });

  it("comes back to its place when the hub does not take it away", async () => {
    const calls = hub([aStarred(3), aStarred(2), aStarred(1)], {
      [`DELETE ${STAR}`]: () => refusal(503, "unavailable"),
    });
    renderWithHub(<StarredPage />);
    const names = () => screen.getAllByTestId("starred-line").map((line) => line.textContent);
    await screen.findByText("Message 2");
    const before = names();
    const [, second] = screen.getAllByRole("button", { name: "Remove the star" });
    await userEvent.click(second as HTMLElement);
    await waitFor(() => expect(calls.at(-1)).toMatchObject({ method: "DELETE", path: STAR }));
    await waitFor(() => expect(names()).toEqual(before));
  });

  it("set or taken on another device shows here", async () => {
    const starred: Starred[] = [];
    hub(starred);
    const { bubble, live } = await showThread();
    const star = { message_id: id("msg", 2), conversation_id: CONVERSATION };
    starred.push(aStarred(2));
    act(() => takeStar(live, { ...star, starred: true }));
    expect(await within(bubble).findByRole("img", { name: "Starred" })).toBeVisible();
    act(() => takeStar(live, { ...star, starred: false }));
    await waitFor(() => expect(within(bubble).queryByRole("img", { name: "Starred" })).toBeNull());
  });
});

describe("the starred messages", () => {
  beforeEach(logIn);

  it("of a conversation lead to their places, with the inbox as it was", async () => {
    hub([aStarred(2)]);
    await showThread();
    await userEvent.click(screen.getByRole("button", { name: "Starred" }));
    const drawer = within(await screen.findByRole("dialog", { name: "Starred" }));
    await userEvent.click(await drawer.findByRole("link", { name: /Message 2/ }));
    expect(screen.getByTestId("where")).toHaveTextContent(
      `/inbox/${CONVERSATION}?status=open#${id("msg", 2)}`,
    );
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("of all conversations say whose they are and who wrote them", async () => {
    const own = aStarred(2, {
      message: aMessage(2, {
        direction: "outbound",
        author: { type: "user", id: id("usr", 2), name: "Ben" },
      }),
    });
    const revoked = aStarred(1, { message: aMessage(1, { revoked_at: at(3) }) });
    hub([aStarred(3, { message: aMessage(3, { type: "image", text: null }) }), own, revoked]);
    const { container } = renderWithHub(<StarredPage />);
    const lines = await screen.findAllByTestId("starred-line");
    expect(lines.map((line) => line.textContent)).toEqual([
      expect.stringMatching(/Customer 1.*Photo/),
      expect.stringMatching(/Customer 1.*Ben: Message 2/),
      expect.stringMatching(/Customer 1.*deleted this message/),
    ]);
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("say how one stars, where there are none, and what is wrong with the hub", async () => {
    hub([]);
    const { unmount } = renderWithHub(<StarredPage />);
    expect(await screen.findByText("You have not starred anything yet")).toBeVisible();
    unmount();
    hub([], { "GET /starred-messages": () => refusal(503, "unavailable") });
    renderWithHub(<StarredPage />);
    expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("stay in the order of their stars, each once", () => {
    const list = {
      pages: [{ data: [aStarred(3), aStarred(1)], next_cursor: null }],
      pageParams: [],
    };
    const next = withStar(list, aStarred(2));
    expect(next.pages[0]?.data.map(({ message }) => message.id)).toEqual(
      [3, 2, 1].map((number) => id("msg", number)),
    );
    expect(withStar(next, aStarred(2))).toBe(next);
    expect(withoutStar(list, id("msg", 2))).toBe(list);
    const edited = aMessage(3, { seq: 9, text: "Edited" });
    expect(renewStarred(next, edited).pages[0]?.data[0]?.message).toBe(edited);
    expect(renewStarred(list, aMessage(2))).toBe(list);
  });
});
