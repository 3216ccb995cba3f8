import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Conversation } from "@/lib/api/types";
import type { InboxFilters } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aTag, aTeam, id, ME } from "@/testing/builders";
import { type Call, logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { ConversationList } from "../conversation-list";
import { takeMove } from "../own-moves";
import { NO_FILTERS } from "../use-filters";
import { BulkDock } from "./bulk-dock";
import { forgetRun } from "./run";
import { SelectButton } from "./select-button";
import { clearSelection, useSelection } from "./selection";

// Many rows, and axe over all of them: a machine that does something else meanwhile takes long.
vi.setConfig({ testTimeout: 20_000 });

const BEN = { ...ME, id: id("usr", 2), name: "Ben" };
const ANN = { ...ME, id: id("usr", 3), name: "Ann" };
const STATES = new Map([
  [BEN.id, "offline"],
  [ANN.id, "online"],
] as const);
const TAGS = [aTag(1), aTag(2)];

function Page({ filters = NO_FILTERS }: { filters?: InboxFilters }) {
  return (
    <>
      <p data-testid="where">{useLocation().pathname}</p>
      <SelectButton />
      <BulkDock
        filters={filters}
        users={[ME, BEN, ANN]}
        states={STATES}
        teams={[aTeam(1)]}
        tags={TAGS}
      />
      <ConversationList
        filters={filters}
        selected={null}
        search=""
        sessions={[]}
        tags={new Map()}
      />
    </>
  );
}

/** A hub that does what it is asked, unless `refuse` says otherwise. */
function show(
  rows: Conversation[],
  refuse: (call: Call) => ReturnType<typeof refusal> | null = () => null,
) {
  const state = new Map(rows.map((row) => [row.id, row]));
  const routes: Parameters<typeof stubHub>[0] = {
    "GET /conversations": ({ query }) => {
      const from = Number(query.get("cursor") ?? 0);
      const to = from + Number(query.get("limit"));
      const next_cursor = to < rows.length ? String(to) : null;
      return { body: { data: rows.slice(from, to), next_cursor } };
    },
  };
  for (const row of rows) {
    routes[`PATCH /conversations/${row.id}`] = (call) => {
      const no = refuse(call);
      if (no) return no;
      const before = state.get(row.id) as Conversation;
      const { assignee_id, add_tags, remove_tags, ...rest } = call.body as Record<string, string>;
      const tags = [...before.tags, ...(add_tags ?? [])].filter(
        (tag) => !remove_tags?.includes(tag),
      );
      const who = [ME, BEN].find((user) => user.id === assignee_id);
      const assignee = assignee_id === undefined ? before.assignee : (who ?? null);
      const after = { ...before, ...rest, assignee, tags, seq: before.seq + 1_000 };
      state.set(row.id, after as Conversation);
      return { body: after };
    };
    routes[`POST /conversations/${row.id}/read`] = () => ({ status: 204 });
  }
  const calls = stubHub(routes);
  const view = renderWithHub(<Page />);
  const sent = () => calls.filter(({ method }) => method === "PATCH");
  return { ...view, calls, sent, state };
}

const many = (count: number, part: Partial<Conversation> = {}) =>
  Array.from({ length: count }, (_, at) => aConversation(count - at, part));
const row = (number: number) =>
  screen
    .getAllByTestId("conversation-row")
    .find((one) => one.dataset.id === id("cnv", number)) as HTMLElement;
const box = (number: number) =>
  document.querySelector(`[data-row="${id("cnv", number)}"] [data-check]`) as HTMLElement;
/** Roles would be looked for in all rows, which takes long. */
const button = (name: string) =>
  [...document.querySelectorAll("button")].find(
    (one) => (one.getAttribute("aria-label") ?? one.textContent) === name,
  ) as HTMLElement;
const press = async (name: string) => {
  await waitFor(() => expect(button(name)).toBeTruthy());
  await userEvent.click(button(name));
};
/** The line of the bar that shows; screen readers have another one. */
const says = (text: string) => screen.findByText(text, { selector: "p:not([role])" });
const selected = () => [...useSelection.getState().rows.keys()];

// They are fetched when they are needed: here, that is no part of what is measured.
beforeAll(async () => {
  await Promise.all([import("./selection-bar"), import("./run-bar")]);
});
beforeEach(() => {
  logIn();
  forgetRun();
  clearSelection();
});

describe("selecting in the inbox", () => {
  it("takes rows by their box and a range with Shift, and opens none of them", async () => {
    show(many(6));
    await screen.findAllByTestId("conversation-row");
    await userEvent.click(box(5));
    expect(box(5)).toHaveAccessibleName("Select Customer 5");
    expect(box(5)).toHaveAttribute("aria-checked", "true");
    fireEvent.click(row(2), { shiftKey: true });
    expect(selected()).toEqual([5, 4, 3, 2].map((number) => id("cnv", number)));
    expect(await screen.findByText("4 selected")).toBeVisible();
    expect(screen.getByTestId("where")).toHaveTextContent("/");
    await userEvent.click(row(1));
    expect(screen.getByTestId("where")).toHaveTextContent(id("cnv", 1));
    expect(selected()).toHaveLength(4);
  });

  it("takes the focused row with x and lets go of all with Escape", async () => {
    show(many(4));
    await screen.findAllByTestId("conversation-row");
    row(4).focus();
    await userEvent.keyboard("x{ArrowDown}{ArrowDown}");
    await userEvent.keyboard("{Shift>}X{/Shift}");
    expect(selected()).toHaveLength(3);
    await userEvent.keyboard("x");
    expect(selected()).toHaveLength(2);
    await userEvent.keyboard("{Escape}");
    expect(selected()).toEqual([]);
    expect(screen.queryByTestId("selection-bar")).toBeNull();
    expect(row(2)).toHaveFocus();
  });

  it("makes boxes of the rows for fingers", async () => {
    const { container } = show(many(3));
    await screen.findAllByTestId("conversation-row");
    await press("Select conversations");
    expect(row(2)).toHaveAttribute("role", "checkbox");
    await userEvent.click(row(2));
    row(1).focus();
    await userEvent.keyboard(" ");
    expect(row(2)).toHaveAttribute("aria-checked", "true");
    expect(row(1)).toHaveAttribute("aria-checked", "true");
    expect(screen.getByTestId("where")).toHaveTextContent(/^\/$/);
    expect(await accessibilityProblems(container)).toEqual([]);
    await press("Select nothing");
    expect(row(2)).not.toHaveAttribute("role");
    expect(button("Select conversations")).toHaveFocus();
  });

  it("finds all that match, also what the list has not loaded, and forgets them with the filters", async () => {
    const { calls, again } = show(many(410));
    await screen.findAllByTestId("conversation-row");
    await press("Select conversations");
    await press("Select all that match");
    expect(await screen.findByText("410 selected")).toBeVisible();
    const asked = calls.filter(({ query }) => query.get("limit") === "200");
    expect(asked.map(({ query }) => query.get("status"))).toEqual(["open", "open", "open"]);
    again(<Page filters={{ ...NO_FILTERS, status: "closed" }} />);
    await waitFor(() => expect(selected()).toEqual([]));
  });
});

describe("changing many conversations", () => {
  it("gives them to a colleague, and back to whom they had", async () => {
    const { sent, state, container } = show([
      ...many(2),
      aConversation(9, { assignee: { id: ME.id, name: "Mara" } }),
      aConversation(8, { assignee: { id: BEN.id, name: "Ben" } }),
    ]);
    await screen.findAllByTestId("conversation-row");
    for (const number of [9, 8, 2, 1]) await userEvent.click(box(number));
    await press("Assign to…");
    await userEvent.click(await screen.findByRole("option", { name: /Ben/ }));
    expect(await says("Assign to Ben: 4 of 4 done")).toBeVisible();
    expect(sent().map(({ body }) => body)).toEqual(Array(4).fill({ assignee_id: BEN.id }));
    expect(takeMove(id("cnv", 1), BEN.id), "no colleague took it").toBe(true);
    expect(await accessibilityProblems(container)).toEqual([]);
    // One more thing may be done to them.
    expect(screen.getByText("4 selected")).toBeVisible();
    await press("Undo");
    // Ben's own was his before.
    expect(await says("Undo “Assign to Ben”: 3 of 3 done")).toBeVisible();
    expect([9, 8, 2, 1].map((number) => state.get(id("cnv", number))?.assignee?.id)).toEqual([
      ME.id,
      BEN.id,
      undefined,
      undefined,
    ]);
  });

  it("says who is there, and offers them first", async () => {
    show(many(1));
    await screen.findAllByTestId("conversation-row");
    await userEvent.click(box(1));
    await press("Assign to…");
    const options = await screen.findAllByRole("option");
    expect(options.slice(2).map((option) => option.textContent)).toEqual([
      "AAnnOnline",
      "BBenOffline",
    ]);
  });

  it("says in words what can be done, and offers no team last", async () => {
    show(many(1));
    await screen.findAllByTestId("conversation-row");
    await userEvent.click(box(1));
    await press("Team…");
    const options = await screen.findAllByRole("option");
    expect(options.map((option) => option.textContent)).toEqual(["Team 1", "No team"]);
    expect(screen.getByText("Mark as read")).toBeVisible();
  });

  it("takes tags away that some of them have", async () => {
    const { sent } = show([aConversation(2, { tags: [id("tag", 2)] }), aConversation(1)]);
    await screen.findAllByTestId("conversation-row");
    await userEvent.click(box(2));
    await press("Remove a tag…");
    const options = await screen.findAllByRole("option");
    expect(options.map((one) => one.textContent)).toEqual(["Tag 2"]);
    await waitFor(() => expect(screen.getByRole("combobox")).toHaveFocus());
    await userEvent.keyboard("{Enter}");
    await says("Remove tag: Tag 2: 1 of 1 done");
    expect(sent()[0]?.body).toEqual({ remove_tags: [id("tag", 2)] });
  });

  it("marks as read what is not, and has nothing to undo then", async () => {
    const { calls } = show([aConversation(2, { unread: 3 }), aConversation(1)]);
    await screen.findByText("3 unread messages");
    await userEvent.click(box(2));
    await userEvent.click(box(1));
    await press("Mark as read");
    await says("Mark as read: 2 of 2 done");
    await waitFor(() => expect(screen.queryByText("3 unread messages")).toBeNull());
    expect(calls.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(button("Undo")).toBeUndefined();
    await waitFor(() => expect(screen.queryByTestId("selection-bar")).toBeNull());
  });

  it("asks before it changes more than fifty", async () => {
    const { sent } = show(many(60));
    await screen.findAllByTestId("conversation-row");
    await press("Select conversations");
    await press("Select all that match");
    await screen.findByText("60 selected");
    await press("Close");
    const dialog = within(await screen.findByRole("dialog", { name: "Change 60 conversations?" }));
    expect(dialog.getByText(/“Close”/)).toBeVisible();
    expect(sent()).toEqual([]);
    await userEvent.click(dialog.getByRole("button", { name: "Change them" }));
    await says("Close: 60 of 60 done");
    expect(sent()).toHaveLength(60);
  });

  it("says what failed and why, tries these again, and can still undo all", async () => {
    let refuse = true;
    const broken = id("cnv", 2);
    const { sent } = show(many(3), ({ path }) =>
      refuse && path.endsWith(broken) ? refusal(404, "not_found") : null,
    );
    await screen.findAllByTestId("conversation-row");
    for (const number of [3, 2, 1]) await userEvent.click(box(number));
    await press("Close");
    await says("Close: 2 of 3 done");
    await press("Why?");
    const dialog = screen.getByRole("dialog", { name: "What failed" });
    expect(within(dialog).getByRole("link", { name: "Customer 2" })).toBeVisible();
    expect(await accessibilityProblems(dialog)).toEqual([]);
    await userEvent.click(within(dialog).getByRole("button", { name: "Close" }));
    refuse = false;
    await press("Try these again");
    await says("Close: 1 of 1 done");
    await press("Undo");
    await says("Undo “Close”: 3 of 3 done");
    expect(
      sent()
        .slice(-3)
        .map(({ body }) => body),
    ).toEqual(Array(3).fill({ status: "open" }));
  });

  it("shows how far it is, stops when told to, warns before the tab goes, and does one at a time", async () => {
    let answer: () => void = () => undefined;
    const { sent } = show(many(12));
    await screen.findAllByTestId("conversation-row");
    const whole = globalThis.fetch;
    vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
      if (init.method === "PATCH") await new Promise<void>((resolve) => (answer = resolve));
      return whole(input, init);
    });
    fireEvent.click(box(12));
    fireEvent.click(box(1), { shiftKey: true });
    await press("Priority…");
    await userEvent.click(await screen.findByRole("menuitem", { name: "High" }));
    expect(await screen.findByRole("progressbar")).toHaveAttribute("aria-valuemax", "12");
    expect(screen.getByText(/One change at a time/)).toBeVisible();
    const leave = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(leave()).toBe(false);
    act(() => answer());
    await says("Priority: High: 1 of 12");
    await press("Stop");
    expect(screen.getByTestId("bulk-run")).toHaveAttribute("data-phase", "stopping");
    vi.stubGlobal("fetch", whole);
    expect(sent().length).toBeLessThan(8);
  });

  it("keeps what somebody has changed since", async () => {
    const { sent, live } = show(many(2));
    await screen.findAllByTestId("conversation-row");
    await userEvent.click(box(2));
    await userEvent.click(box(1));
    await press("Assign to…");
    await userEvent.click(await screen.findByRole("option", { name: /Ben/ }));
    await says("Assign to Ben: 2 of 2 done");
    act(() =>
      live.apply<{ pages: { data: Conversation[] }[] }>(["conversations"], (list) => ({
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          data: page.data.map((one) =>
            one.id === id("cnv", 1)
              ? { ...one, seq: 9_000, assignee: { id: ME.id, name: "Mara" } }
              : one,
          ),
        })),
      })),
    );
    await press("Undo");
    expect(await screen.findByText(/1 stays as it is/)).toBeVisible();
    expect(sent()).toHaveLength(3);
  });
});
