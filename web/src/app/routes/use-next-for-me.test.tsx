import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { TakeNext } from "@/features/queues/take-next";
import { SocketContext } from "@/lib/connection";
import type { LiveSocket } from "@/lib/socket";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aQueue, aTeam, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { takeQueue } from "../live";
import { useInboxShortcuts } from "./use-inbox-shortcuts";
import { useNextForMe } from "./use-next-for-me";

const me = { id: ME.id, name: ME.name };
const TEAMS = [aTeam(1, { members: [me] }), aTeam(2), aTeam(3, { members: [me] })];

function Inbox({ teams }: { teams: typeof TEAMS }) {
  const { pathname } = useLocation();
  const next = useNextForMe(teams, "");
  useInboxShortcuts([], null, next.take);
  return (
    <>
      <p data-testid="where">{pathname}</p>
      <TakeNext next={next} />
      <Toasts />
    </>
  );
}

function show(conversation: object | null, teams = TEAMS) {
  const calls = stubHub({
    "GET /queues": () => ({
      body: { data: [aQueue(1, { waiting: 4 }), aQueue(2, { waiting: 50 }), aQueue(3), aQueue(0)] },
    }),
    "POST /queues/next": () => ({ body: { conversation } }),
  });
  const subscribe = vi.fn(() => () => undefined);
  const view = renderWithHub(
    <SocketContext value={{ subscribe } as unknown as LiveSocket}>
      <Inbox teams={teams} />
    </SocketContext>,
    "/inbox",
  );
  return { ...view, calls, subscribe };
}

describe("taking the next one", () => {
  beforeEach(logIn);

  it("says how many wait for one's own teams, and is told when that changes", async () => {
    const { live, client, subscribe } = show(null);
    expect(await screen.findByRole("button", { name: "Take next, 4 wait" })).toBeVisible();
    await waitFor(() =>
      expect(subscribe.mock.calls.flat()).toEqual([
        `queue:${id("team", 1)}`,
        `queue:${id("team", 3)}`,
      ]),
    );
    act(() => takeQueue(live, client, aQueue(3, { waiting: 3 })));
    expect(await screen.findByRole("button", { name: "Take next, 7 wait" })).toBeVisible();
    expect(await accessibilityProblems(document.body)).toEqual([]);
  });

  it("opens what was taken, by its key too", async () => {
    const { calls } = show(aConversation(5, { assignee: me }));
    await screen.findByText("(4)");
    fireEvent.keyDown(document.body, { code: "KeyT", key: "t", altKey: true });
    await waitFor(() =>
      expect(screen.getByTestId("where")).toHaveTextContent(`/inbox/${id("cnv", 5)}`),
    );
    expect(calls.at(-1)).toMatchObject({ path: "/queues/next", body: {} });
  });

  it("says so when nothing waits", async () => {
    show(null);
    await userEvent.click(await screen.findByTestId("take-next"));
    expect(await screen.findByText("Nobody is waiting for your teams.")).toBeVisible();
  });

  it("is not there for those who are in no team", () => {
    const { calls } = show(null, [aTeam(2)]);
    expect(screen.queryByTestId("take-next")).toBeNull();
    expect(calls).toEqual([]);
  });
});
