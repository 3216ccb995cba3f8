import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Conversation, SlaMark } from "@/lib/api/types";
import { type InboxFilters, keys } from "@/lib/keys";
import type { Pages } from "@/lib/pages";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aTag, at, id, ME } from "@/testing/builders";
import { logIn, type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { ConversationList } from "./conversation-list";
import { applyRow } from "./events";
import { NO_FILTERS } from "./use-filters";

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const TAGS = new Map([1, 2, 3].map((number) => [id("tag", number), aTag(number)]));

const list = (filters: InboxFilters) => (
  <ConversationList filters={filters} selected={null} search="" sessions={[]} tags={TAGS} />
);

function show(rows: Conversation[], filters = NO_FILTERS) {
  stubHub({ "GET /conversations": () => ({ body: { data: rows, next_cursor: null } }) });
  return renderWithHub(list(filters));
}

const names = () =>
  screen
    .getAllByTestId("conversation-row")
    .map((row) => row.textContent?.match(/Customer \d+/)?.[0]);

describe("the list of conversations", () => {
  beforeEach(logIn);

  it("shows who waits, what was said last and how long there is left", async () => {
    const last = {
      id: "msg_1",
      direction: "outbound" as const,
      type: "image",
      text: null,
      status: "read" as const,
      at: at(0),
    };
    show([
      aConversation(2, { unread: 3, last_message: last, window_expires_at: inMinutes(47) }),
      aConversation(1, { window_expires_at: inMinutes(-5) }),
    ]);
    const [first, second] = await screen.findAllByTestId("conversation-row");
    const shown = within(first as HTMLElement);
    expect(shown.getByText("3 unread messages")).toBeInTheDocument();
    expect(shown.getByText("Photo")).toBeVisible();
    expect(shown.getByRole("img", { name: "Read" })).toBeVisible();
    expect(shown.getByText(/^4[78] min$/)).toBeVisible();
    expect(within(second as HTMLElement).getByText("24 h over")).toBeVisible();
  });

  it("counts what nobody has read, and has a dot for what only oneself has not", async () => {
    const seen = { conversation_id: id("cnv", 2), message_id: "msg_1", unread: true };
    const hub = show([
      aConversation(3, { unread: 2, seen: null }),
      aConversation(2, { seen }),
      aConversation(1, { unread: 2, seen: { ...seen, unread: false } }),
    ]);
    const [first, second, third] = await screen.findAllByTestId("conversation-row");
    expect(first).toHaveTextContent("2 unread messages");
    expect(within(second as HTMLElement).getByText("Unread")).toBeInTheDocument();
    expect(third).not.toHaveTextContent(/unread/i);
    expect(await accessibilityProblems(hub.container)).toEqual([]);
  });

  it("marks a row unread at once, and takes that back when the hub refuses", async () => {
    const row = aConversation(1);
    show([row]);
    await screen.findByTestId("conversation-row");
    let answer: (reply: Reply) => void = () => undefined;
    const calls = stubHub({
      [`PUT /conversations/${row.id}/seen`]: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const mark = { name: "Mark as unread: Customer 1" };
    await userEvent.click(await screen.findByRole("button", mark));
    expect(await screen.findByText("Unread")).toBeInTheDocument();
    expect(screen.queryByRole("button", mark)).toBeNull();
    await waitFor(() => expect(calls[0]?.body).toEqual({ unread: true }));
    answer(refusal(503, "unavailable"));
    expect(await screen.findByRole("button", mark)).toBeInTheDocument();
    expect(screen.queryByText("Unread")).toBeNull();
  });

  it("says who answers, and leaves it out where all rows have the same", async () => {
    const assignee = { id: "usr_2", name: "Jonas Meier" };
    show([
      aConversation(2, { assignee }),
      aConversation(1, { assignee: { id: ME.id, name: "Mara" } }),
    ]);
    expect(await screen.findByRole("img", { name: "Assigned to: Jonas Meier" })).toHaveTextContent(
      "JM",
    );
    expect(screen.getByRole("img", { name: "Assigned to: Me" })).toBeVisible();
    cleanup();
    show([aConversation(2, { assignee })], { ...NO_FILTERS, assignee: "usr_2" });
    await screen.findByTestId("conversation-row");
    expect(screen.queryByRole("img", { name: /Assigned/ })).toBeNull();
  });

  it("says what hurries, whose team it is, what it is about and how long somebody waits", async () => {
    const tags = [1, 2, 3, 9].map((number) => id("tag", number));
    show([
      aConversation(2, {
        priority: "urgent",
        team: { id: id("team", 1), name: "Sales" },
        tags,
        waiting_since: inMinutes(-5.5),
      }),
      aConversation(1, { priority: "low", waiting_since: inMinutes(-16.5) }),
    ]);
    const [first, second] = await screen.findAllByTestId("conversation-row");
    const shown = within(first as HTMLElement);
    expect(shown.getByRole("img", { name: "Priority: Urgent" })).toBeVisible();
    expect(shown.getByText("Sales")).toBeVisible();
    expect(shown.getByText("Tag 2")).toBeVisible();
    // The fourth was deleted.
    expect(shown.getByText("1 more tag: Tag 3")).toBeInTheDocument();
    expect(shown.getByText("waits 5 min")).not.toHaveClass("text-ember-ink");
    const other = within(second as HTMLElement);
    expect(other.getByText("waits 16 min")).toHaveClass("text-ember-ink");
    expect(other.queryByRole("img", { name: /Priority/ })).toBeNull();
  });

  it("says where something was begun and not sent, but not of what is open", async () => {
    stubHub({
      "GET /conversations": () => ({
        body: { data: [aConversation(2), aConversation(1), aConversation(3)], next_cursor: null },
      }),
    });
    const drafted = new Set([id("cnv", 1), id("cnv", 2)]);
    renderWithHub(
      <ConversationList
        filters={NO_FILTERS}
        selected={id("cnv", 1)}
        search=""
        sessions={[]}
        tags={TAGS}
        drafted={drafted}
      />,
    );
    const rows = await screen.findAllByTestId("conversation-row");
    const marked = rows.filter((row) => within(row).queryByText("Draft"));
    expect(marked.map((row) => row.dataset.id)).toEqual([id("cnv", 2)]);
  });

  it("counts down to what is owed, and says how late it is", async () => {
    const mark = (goal: SlaMark["goal"], stage: SlaMark["stage"], minutes: number): SlaMark => ({
      goal,
      stage,
      since: inMinutes(-60),
      due_at: inMinutes(minutes),
    });
    show([
      aConversation(4, { waiting_since: inMinutes(-60), sla: [mark("first_reply", "warning", 9)] }),
      aConversation(3, { waiting_since: inMinutes(-60), sla: [mark("reply", "breached", -4.5)] }),
      aConversation(2, { sla: [mark("resolution", "warning", 64.5)] }),
      aConversation(1, {
        waiting_since: inMinutes(-60.5),
        sla: [mark("resolution", "breached", -125)],
      }),
    ]);
    const rows = await screen.findAllByTestId("conversation-row");
    const marks = rows.map((row) => within(row).getByTestId("sla"));
    const [soon, late, closing, open] = marks as [HTMLElement, ...HTMLElement[]];
    expect(soon).toHaveTextContent(/^First answer: answer within (9:00|8:[345]\d)$/);
    expect(soon).toHaveClass("text-ember-ink");
    expect(late).toHaveTextContent(/^Answer: late by 4 min$/);
    expect(late).toHaveClass("text-danger");
    expect(closing).toHaveTextContent(/^Solution: close within 1 h 05 min$/);
    expect(open).toHaveTextContent(/^Solution: late by 2 h$/);
    // How long somebody waits is said once.
    expect(within(rows[1] as HTMLElement).queryByText(/waits/)).toBeNull();
    expect(within(rows[3] as HTMLElement).getByText("waits 1 h")).toBeVisible();
  });

  it("says until when a conversation sleeps", async () => {
    show(
      [
        aConversation(2, { status: "snoozed", snoozed_until: inMinutes(60 * 24 * 30) }),
        aConversation(1, { status: "snoozed" }),
      ],
      { ...NO_FILTERS, status: "snoozed" },
    );
    expect(await screen.findByText(/^Snoozed until \w+ \d+/)).toBeInTheDocument();
    expect(screen.getByText("Snoozed until the customer writes")).toBeInTheDocument();
  });

  it("begins at the top with other filters, and where it was left with the same", async () => {
    const rows = Array.from({ length: 40 }, (_, n) => aConversation(40 - n));
    const scroller = () => screen.getByRole("list").parentElement as HTMLElement;
    const view = show(rows);
    await screen.findAllByTestId("conversation-row");
    scroller().scrollTop = 620;
    fireEvent.scroll(scroller());
    view.again(<p>Settings</p>);
    view.again(list(NO_FILTERS));
    expect(names()).toContain("Customer 30");
    expect(scroller().scrollTop).toBe(620);
    view.again(list({ ...NO_FILTERS, status: "pending" }));
    await waitFor(() => expect(scroller().scrollTop).toBe(0));
  });

  it("lets a conversation rise when something happens in it", async () => {
    const { live } = show([aConversation(3), aConversation(2), aConversation(1)]);
    await screen.findAllByTestId("conversation-row");
    expect(names()).toEqual(["Customer 3", "Customer 2", "Customer 1"]);
    const row = aConversation(1, { seq: 50, updated_at: at(500), unread: 1 });
    live.apply<Pages<Conversation>>(keys.conversationLists, (list) =>
      applyRow(list, row, NO_FILTERS, ME.id),
    );
    await screen.findByText("1 unread message");
    expect(names()).toEqual(["Customer 1", "Customer 3", "Customer 2"]);
  });

  it("asks a hub in trouble for the next page once, and then when told to", async () => {
    let refuse = true;
    const calls = stubHub({
      "GET /conversations": ({ query }) => {
        if (!query.get("cursor")) return { body: { data: [aConversation(2)], next_cursor: "2" } };
        if (refuse) return refusal(500, "internal");
        return { body: { data: [aConversation(1)], next_cursor: null } };
      },
    });
    renderWithHub(
      <ConversationList filters={NO_FILTERS} selected={null} search="" sessions={[]} tags={TAGS} />,
    );
    const again = await screen.findByRole("button", { name: "Try again" });
    expect(names()).toEqual(["Customer 2"]);
    expect(calls).toHaveLength(2);
    refuse = false;
    await userEvent.click(again);
    await waitFor(() => expect(names()).toEqual(["Customer 2", "Customer 1"]));
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([aConversation(2, { unread: 1 }), aConversation(1)]);
    await screen.findAllByTestId("conversation-row");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
