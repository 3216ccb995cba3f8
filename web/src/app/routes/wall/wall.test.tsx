import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Notifications, QueueFigures } from "@/lib/api/types";
import { SocketContext } from "@/lib/connection";
import { useLogin } from "@/lib/session-user";
import type { LiveSocket } from "@/lib/socket";
import { accessibilityProblems } from "@/testing/axe";
import {
  aConversation,
  agentFigures,
  aMessage,
  anAgent,
  aQueue,
  aTag,
  aTeam,
  id,
  ME,
  notifications,
} from "@/testing/builders";
import { type Call, logIn, renderWithHub, stubHub } from "@/testing/hub";
import { takeQueue } from "../../live";
import { WallRoute } from "./wall";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const ANA = agentFigures(7, { name: "Ana", open: 3, open_here: 3, replies: 4 });
const BEN = agentFigures(8, { name: "Ben", state: "away", reason: "missed", open: 20 });
const ben = { id: BEN.id, name: "Ben" };
const ROWS = [1, 2, 3].map((number) =>
  aConversation(number, {
    assignee: number === 1 ? { id: ANA.id, name: "Ana" } : null,
    waiting_since: minutesAgo(number),
    unread: 2,
  }),
);
const SPANISH = aTag(1, { name: "Spanish" });
const REFUNDS = aTag(2, { name: "Refunds" });
const SEEN = `/conversations/${id("cnv", 1)}/seen`;
const page = (data: unknown[]) => () => ({ body: { data, next_cursor: null } });

function Where() {
  const { pathname } = useLocation();
  return <p data-testid="where">{pathname}</p>;
}

function show(queues: QueueFigures[]) {
  const sla = { ...aTeam(1).sla, first_reply_seconds: 300, reply_seconds: 900 };
  const user = (one: { id: string; name: string }) => ({ ...ME, id: one.id, name: one.name });
  const hub = { told: notifications() };
  const calls = stubHub({
    "GET /queues": () => ({ body: { data: queues } }),
    "GET /me/notifications": () => ({ body: hub.told }),
    "PUT /me/notifications": ({ body }) => {
      hub.told = body as Notifications;
      return { body };
    },
    "GET /teams": page([aTeam(1, { sla })]),
    "GET /users": page([ME, user(ANA), user(BEN)]),
    [`GET /teams/${id("team", 1)}/line`]: page(ROWS),
    "GET /conversations": page(ROWS.slice(0, 1)),
    ...Object.fromEntries(
      ROWS.flatMap((row) => [
        [`GET /conversations/${row.id}`, () => ({ body: row })],
        [`GET /conversations/${row.id}/messages`, page([aMessage(1)])],
        [
          `PUT /conversations/${row.id}/seen`,
          () => ({ body: { conversation_id: row.id, message_id: id("msg", 1), unread: false } }),
        ],
        [
          `PATCH /conversations/${row.id}`,
          ({ body }: Call) => ({
            body: {
              ...row,
              seq: 50,
              assignee: (body as { assignee_id: string }).assignee_id ? ben : null,
            },
          }),
        ],
        [
          `POST /conversations/${row.id}/messages`,
          ({ key }: Call) => ({
            body: aMessage(9, { direction: "note", client_key: key, text: "Whispered" }),
          }),
        ],
      ]),
    ),
    "GET /tags": page([SPANISH, REFUNDS]),
    [`GET /agents/${ANA.id}`]: () => ({
      body: anAgent({ id: ANA.id, name: "Ana", skills: [SPANISH.id, id("tag", 9)] }),
    }),
    [`PATCH /agents/${ANA.id}`]: () => ({ body: anAgent() }),
  });
  const attend = vi.fn();
  const subscribe = vi.fn((_: string) => () => undefined);
  const view = renderWithHub(
    <SocketContext value={{ attend, subscribe } as unknown as LiveSocket}>
      <WallRoute />
      <Where />
    </SocketContext>,
    "/wall",
  );
  const changes = () => calls.filter(({ method }) => method !== "GET");
  return { ...view, hub, calls, attend, subscribe, changes };
}

const FULL = [
  aQueue(1, { waiting: 3, longest_wait_since: minutesAgo(6), agents: [ANA, BEN] }),
  aQueue(0, { waiting: 1 }),
];
const card = (name: string) => screen.findByRole("article", { name });

describe("the supervisor's wall", () => {
  beforeEach(logIn);

  it("shows how the lines and the agents fare, live", async () => {
    const { live, client, subscribe, container } = show(FULL);
    const team = within(await card("Team 1"));
    expect(team.getByText("3", { selector: "span" })).toBeVisible();
    expect(await team.findByText("over 5 min")).toBeVisible();
    await waitFor(() =>
      expect(subscribe.mock.calls.flat()).toEqual(
        expect.arrayContaining([`queue:${id("team", 1)}`, "queue:none"]),
      ),
    );
    expect(screen.getAllByTestId("agent-row")[1]).toHaveTextContent(/Ben.*Away.*missed one/);
    act(() => takeQueue(live, client, { ...(FULL[0] as QueueFigures), waiting: 8 }));
    expect(await team.findByText("8", { selector: "span" })).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("says which team is closed, and when it opens", async () => {
    const opens_at = new Date(Date.now() + 2 * 60_000).toISOString();
    show([aQueue(1, { is_open: false, opens_at }), aQueue(2)]);
    expect(await card("Team 1")).toHaveTextContent(/Closed, opens .*\d:\d\d/);
    expect(await card("Team 2")).not.toHaveTextContent("Closed");
  });

  it("is not for agents", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    const { calls } = show(FULL);
    expect(screen.getByTestId("where")).toHaveTextContent("/inbox");
    expect(calls).toEqual([]);
  });

  it("leads to the settings where there is no team", async () => {
    show([aQueue(0)]);
    expect(await screen.findByRole("link", { name: "Make one" })).toHaveAttribute(
      "href",
      "/settings/teams",
    );
  });

  it("sorts the agents, and finds them", async () => {
    show(FULL);
    const names = () =>
      screen.getAllByTestId("agent-row").map((row) => row.querySelector("bdi")?.textContent);
    await userEvent.click(await screen.findByRole("button", { name: "In hand" }));
    await userEvent.click(screen.getByRole("button", { name: "In hand" }));
    expect(names()).toEqual(["Ben", "Ana"]);
    const header = screen.getByRole("columnheader", { name: "In hand" });
    expect(header).toHaveAttribute("aria-sort", "descending");
    await userEvent.type(screen.getByRole("searchbox"), "an");
    expect(names()).toEqual(["Ana"]);
  });

  it("sets the status, the capacity and the skills of an agent", async () => {
    const { changes } = show(FULL);
    await userEvent.click(await screen.findByRole("button", { name: "Actions for Ana" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Busy" }));
    await userEvent.click(screen.getByRole("button", { name: "Actions for Ana" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Capacity and skills" }));
    const field = await screen.findByRole("spinbutton");
    expect(await screen.findByRole("checkbox", { name: "Spanish" })).toBeChecked();
    await userEvent.click(screen.getByRole("checkbox", { name: "Refunds" }));
    expect(await accessibilityProblems(screen.getByRole("dialog"))).toEqual([]);
    await userEvent.clear(field);
    await userEvent.type(field, "8");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(changes().map(({ body }) => body)).toEqual([
        { status: "busy" },
        // A tag that was deleted is no skill any more.
        { capacity: 8, skills: [SPANISH.id, REFUNDS.id] },
      ]),
    );
  });

  it("reads a conversation without anybody noticing, and whispers", async () => {
    const { changes, attend } = show(FULL);
    await userEvent.click(await screen.findByRole("button", { name: "Team 1: show the line" }));
    const drawer = within(await screen.findByRole("dialog", { name: "Team 1" }));
    await userEvent.click(await drawer.findByRole("button", { name: /Customer 1/ }));
    expect(await screen.findByText("Message 1")).toBeVisible();
    expect(screen.queryByTestId("composer")).toBeNull();
    expect(screen.queryByRole("button", { name: "React" })).toBeNull();
    // For oneself alone; nobody hears of it.
    await waitFor(() => expect(changes().map(({ path }) => path)).toEqual([SEEN]));
    expect(changes()[0]?.body).toEqual({ unread: false });
    expect(attend).not.toHaveBeenCalled();
    const field = screen.getByRole("textbox", { name: /Whisper to Ana/ });
    await userEvent.type(field, "Offer a refund{Enter}");
    await waitFor(() => expect(changes()).toHaveLength(2));
    expect(changes()[1]?.body).toEqual({
      type: "note",
      text: { body: "@Ana Offer a refund", mentions: [ANA.id] },
    });
    expect(await accessibilityProblems(screen.getByRole("dialog"))).toEqual([]);
  });

  it("counts no agents where there is no team", async () => {
    show(FULL);
    expect(within(await card("Team 1")).getByRole("list", { name: "Agents" })).toBeVisible();
    expect(within(await card("No team")).queryByRole("list", { name: "Agents" })).toBeNull();
  });

  it("takes a conversation over", async () => {
    const { changes } = show(FULL);
    await userEvent.click(await screen.findByRole("button", { name: "Team 1: show the line" }));
    await userEvent.click(await screen.findByRole("button", { name: /Customer 1/ }));
    await userEvent.click(await screen.findByRole("button", { name: "Take over" }));
    await waitFor(() =>
      expect(screen.getByTestId("where")).toHaveTextContent(`/inbox/${id("cnv", 1)}`),
    );
    expect(changes().at(-1)?.body).toEqual({ assignee_id: ME.id });
  });

  it("moves several at once", async () => {
    const { changes } = show(FULL);
    await userEvent.click(await screen.findByRole("button", { name: "Team 1: show the line" }));
    await userEvent.click(await screen.findByRole("checkbox", { name: "All of these" }));
    expect(screen.getByText("3 chosen")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Reassign" }));
    await userEvent.click(await screen.findByRole("option", { name: /Ben/ }));
    await waitFor(() => expect(changes()).toHaveLength(3));
    expect(
      changes().every(
        ({ body }) => (body as typeof ben & { assignee_id: string }).assignee_id === BEN.id,
      ),
    ).toBe(true);
    await waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
  });

  it("marks a line that is over what one has set, and the hub keeps what that is", async () => {
    const { hub, live, client } = show(FULL);
    expect(await card("Team 1")).toHaveAttribute("data-alert", "false");
    const button = screen.getByRole("button", { name: "Alerts" });
    await waitFor(() => expect(button).toBeEnabled());
    await userEvent.click(button);
    expect(screen.getByRole("spinbutton", { name: "Longest wait, in minutes" })).toHaveValue(15);
    const field = screen.getByRole("spinbutton", { name: "Waiting conversations" });
    expect(field).toHaveValue(20);
    fireEvent.change(field, { target: { value: "2" } });
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(async () => expect(await card("Team 1")).toHaveAttribute("data-alert", "true"));
    const alerts = { wait_minutes: 15, waiting: 2, breached: 5, desktop: false };
    await waitFor(() => expect(hub.told).toEqual(notifications({ alerts })));
    act(() => takeQueue(live, client, { ...(FULL[0] as QueueFigures), waiting: 9 }));
    expect(await within(await card("Team 1")).findByText("More than 2 wait")).toBeVisible();
    // The page around it says it, wherever one is.
    expect(screen.queryByRole("status")).toBeNull();
  });

  it("goes by the lines of another device", async () => {
    const alerts = { wait_minutes: null, waiting: 1, breached: null, desktop: false };
    const { hub } = show([aQueue(1, { waiting: 2 })]);
    hub.told = notifications({ alerts });
    await waitFor(async () => expect(await card("Team 1")).toHaveAttribute("data-alert", "true"));
    await userEvent.click(screen.getByRole("button", { name: "Alerts" }));
    expect(screen.getByRole("spinbutton", { name: "Waiting conversations" })).toHaveValue(1);
    expect(screen.getByRole("spinbutton", { name: "Conversations over their goal" })).toHaveValue(
      null,
    );
  });
});
