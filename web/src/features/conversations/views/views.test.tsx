import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { View, ViewFilters } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLogin } from "@/lib/session-user";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aTag, at, id, ME } from "@/testing/builders";
import { type Call, logIn, type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { inboxAddress, NO_FILTERS, useFilters } from "../use-filters";
import { fromView, moved, toView } from "./view-filters";
import { ViewMenu } from "./view-menu";
// Fetched already, so that no test waits for them.
import "./manage-views";
import "./view-dialog";

const CHOICES = { sessions: [], users: [], teams: [], tags: [aTag(1, { name: "Complaint" })] };

function aView(number: number, filters: ViewFilters = {}, part: Partial<View> = {}): View {
  return {
    id: id("view", number),
    name: `View ${number}`,
    filters,
    owner_id: ME.id,
    position: number,
    updated_at: at(0),
    ...part,
  };
}

const MINE = aView(1, { status: "open", assignee: "me", sort: "oldest" }, { name: "Mine, oldest" });
const COMPLAINTS = aView(
  2,
  { tag: id("tag", 1) },
  { name: "Complaints", owner_id: null, position: 0 },
);
const URGENT = aView(3, { status: "open", priority: "urgent" }, { name: "Urgent" });

function Inbox() {
  const [filters, change] = useFilters();
  const { search } = useLocation();
  return (
    <main tabIndex={-1}>
      <ViewMenu filters={filters} change={change} choices={CHOICES} />
      <button type="button" onClick={() => change({ priority: "urgent" })}>
        urgent ones
      </button>
      <p data-testid="search">{search}</p>
      <Toasts />
    </main>
  );
}

/** A hub that keeps what is written, unless it has a refusal to give. */
async function show(views: View[], path = "/inbox", refusals: Reply[] = []) {
  const hub = { views };
  const write = (known: View, body: unknown): Reply => {
    const refused = refusals.shift();
    if (refused) return refused;
    const view = { ...known, ...(body as Partial<View>) };
    hub.views = [...hub.views.filter((each) => each.id !== view.id), view];
    return { body: view };
  };
  const remove = ({ path }: Call): Reply => {
    hub.views = hub.views.filter((each) => !path.endsWith(each.id));
    return { status: 204 };
  };
  const calls = stubHub({
    "GET /views": () => ({ body: { data: hub.views, next_cursor: null } }),
    "GET /conversations": () => ({
      body: { data: [aConversation(1), aConversation(2)], next_cursor: null },
    }),
    "POST /views": ({ body }) => write(aView(9), body),
    ...Object.fromEntries(
      views.flatMap((view) => [
        [`PUT /views/${view.id}`, ({ body }: Call) => write(view, body)],
        [`DELETE /views/${view.id}`, remove],
      ]),
    ),
  });
  const view = renderWithHub(<Inbox />, path);
  await waitFor(() => expect(view.client.getQueryState(keys.views)?.status).toBe("success"));
  const sent = () => calls.filter(({ method }) => method !== "GET");
  return { ...view, sent };
}

const open = () => userEvent.click(screen.getByTestId("views"));
const search = () => screen.getByTestId("search").textContent;
const title = () => screen.getByTestId("views");
const choose = async (name: string) => {
  await open();
  const isAct = /^Update|…$/.test(name);
  await userEvent.click(await screen.findByRole(isAct ? "menuitem" : "menuitemcheckbox", { name }));
};

it("has one's own conversations ready-made, with how many they are", async () => {
  logIn();
  await show([]);
  await userEvent.click(screen.getByTestId("views"));
  await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: /^My open conv.*2$/ }));
  expect(screen.getByTestId("search")).toHaveTextContent("?assignee=me");
  expect(screen.getByTestId("views")).toHaveTextContent("My open conversations");
});

describe("views", () => {
  beforeEach(logIn);

  it("are links: picking one sets the address, and what the address says names it", async () => {
    await show([MINE, COMPLAINTS]);
    expect(title()).toHaveAccessibleName("View: All that is open");
    await choose("Complaints");
    expect(search()).toBe(`?status=all&tag=${id("tag", 1)}`);
    expect(title()).toHaveAccessibleName("View: Complaints");
    await choose("Mine, oldest");
    expect(search()).toBe("?assignee=me&sort=oldest");
    await open();
    const menu = within(await screen.findByRole("menu"));
    const shown = menu.getAllByRole("menuitemcheckbox").map((item) => item.textContent);
    const ready = ["All that is open", "My open conversations2"];
    expect(shown).toEqual([...ready, "Mine, oldest", "Complaints"]);
    expect(menu.getByRole("menuitemcheckbox", { checked: true })).toHaveTextContent("Mine, oldest");
    await userEvent.click(menu.getByRole("menuitemcheckbox", { name: "All that is open" }));
    expect(search()).toBe("");
    expect(title()).toHaveAccessibleName("View: All that is open");
  });

  it("are made of the filters that are set, by supervisors for everybody too", async () => {
    const { sent } = await show([], "/inbox?priority=urgent&q=ann&sort=oldest");
    await choose("Save these filters as a view…");
    const dialog = within(await screen.findByRole("dialog", { name: "Save as a view" }));
    expect(dialog.getAllByRole("listitem").map((word) => word.textContent)).toEqual([
      "Open",
      "Urgent",
      expect.stringContaining("ann"),
      "Oldest first",
    ]);
    await userEvent.type(dialog.getByLabelText("Name"), "Anns");
    await userEvent.click(dialog.getByRole("checkbox", { name: /For everybody/ }));
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    const filters = { status: "open", priority: "urgent", q: "ann", sort: "oldest" };
    await waitFor(() =>
      expect(sent().map(({ body }) => body)).toEqual([{ name: "Anns", filters, shared: true }]),
    );
    await waitFor(() => expect(title()).toHaveAccessibleName("View: Anns"));
  });

  it("say what to do where there are none yet", async () => {
    await show([]);
    await open();
    const save = await screen.findByRole("menuitem", { name: /Save these filters/ });
    expect(save).toHaveTextContent("Set some filters first");
    expect(save).toHaveAttribute("aria-disabled", "true");
    expect(screen.queryByRole("menuitem", { name: /Manage/ })).toBeNull();
  });

  it("take the filters that somebody changed after choosing them, and give them back", async () => {
    const { sent } = await show([MINE]);
    await choose("Mine, oldest");
    await userEvent.click(screen.getByRole("button", { name: "urgent ones" }));
    expect(title()).toHaveAccessibleName("View: Filters of your own");
    await choose("Update “Mine, oldest” to these filters");
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent()).toHaveLength(2));
    const kept = { name: MINE.name, shared: false };
    expect(sent().map(({ body }) => body)).toEqual([
      { ...kept, filters: { ...MINE.filters, priority: "urgent" } },
      { ...kept, filters: MINE.filters },
    ]);
  });

  it("say at the name that it is taken, and what else the hub refuses", async () => {
    const errors = [{ field: "name", message: "is too long" }];
    const replies = [
      refusal(409, "name_taken"),
      { status: 422, body: { ...(refusal(422, "validation_failed").body as object), errors } },
    ];
    await show([], "/inbox?priority=urgent", replies);
    await choose("Save these filters as a view…");
    await userEvent.type(await screen.findByLabelText("Name"), "Urgent{Enter}");
    expect(await screen.findByText("This name is taken already.")).toBeVisible();
    await userEvent.type(screen.getByLabelText("Name"), "!{Enter}");
    expect(await screen.findByText("is too long")).toBeVisible();
    expect(screen.getByLabelText("Name")).toBeInvalid();
  });

  const manage = async () => {
    await choose("Manage views…");
    const dialog = within(await screen.findByRole("dialog", { name: "Views" }));
    const names = () =>
      within(dialog.getByRole("list", { name: "Mine" }))
        .getAllByRole("listitem")
        .map((line) => line.querySelector("bdi")?.textContent);
    return { dialog, names };
  };

  it("are put in order in one place", async () => {
    const { sent } = await show([MINE, URGENT, COMPLAINTS]);
    const { dialog, names } = await manage();
    expect(names()).toEqual(["Mine, oldest", "Urgent"]);
    await userEvent.click(dialog.getByRole("button", { name: "Move Urgent up" }));
    await waitFor(() => expect(names()).toEqual(["Urgent", "Mine, oldest"]));
    expect(dialog.getByText("Urgent is 1 of 2 now")).toBeInTheDocument();
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]).toMatchObject({ path: `/views/${URGENT.id}`, body: { position: 0 } });
  });

  it("are renamed and deleted in that place", async () => {
    const { sent } = await show([MINE, URGENT, COMPLAINTS]);
    const { dialog, names } = await manage();
    await userEvent.click(dialog.getByRole("button", { name: "Edit Complaints" }));
    await userEvent.type(await screen.findByLabelText("Name"), " of all");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]?.body).toEqual({
      name: "Complaints of all",
      filters: COMPLAINTS.filters,
      shared: true,
    });

    await userEvent.click(dialog.getByRole("button", { name: "Delete Urgent" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(sent()[1]).toMatchObject({ method: "DELETE" }));
    await waitFor(() => expect(names()).toEqual(["Mine, oldest"]));
  });

  it("of everybody are not changed by agents", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    await show([MINE, COMPLAINTS]);
    await choose("Complaints");
    await userEvent.click(screen.getByRole("button", { name: "urgent ones" }));
    await open();
    expect(await screen.findByRole("menuitem", { name: /Save these filters/ })).toBeVisible();
    expect(screen.queryByRole("menuitem", { name: /^Update/ })).toBeNull();
    await userEvent.click(screen.getByRole("menuitem", { name: "Manage views…" }));
    const shared = within(await screen.findByRole("list", { name: "Everybody's" }));
    expect(shared.getByText("Complaints")).toBeVisible();
    expect(shared.queryByRole("button")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Edit Mine, oldest" }));
    expect(await screen.findByLabelText("Name")).toHaveValue("Mine, oldest");
    expect(screen.queryByRole("checkbox", { name: /For everybody/ })).toBeNull();
  });

  it("break no rule of accessibility", async () => {
    const { baseElement } = await show([MINE, URGENT, COMPLAINTS]);
    await choose("Manage views…");
    await userEvent.click(await screen.findByRole("button", { name: "Edit Urgent" }));
    expect(await accessibilityProblems(baseElement)).toEqual([]);
  });
});

describe("the filters of a view", () => {
  it("are those of the inbox, there and back, and a missing one leaves nothing out", () => {
    expect(toView(NO_FILTERS)).toEqual({ status: "open" });
    expect(fromView({})).toEqual({ ...NO_FILTERS, status: "all" });
    expect(toView({ ...NO_FILTERS, unseen: "true" })).toEqual({ status: "open", unseen: true });
    expect(toView({ ...NO_FILTERS, participant: "me" })).toMatchObject({ participant: "me" });
    expect(fromView({ unseen: true }).unseen).toBe("true");
    for (const { filters } of [MINE, COMPLAINTS, URGENT]) {
      expect(toView(fromView(filters))).toEqual(filters);
    }
    expect(inboxAddress(fromView(MINE.filters))).toBe("/inbox?assignee=me&sort=oldest");
    expect(inboxAddress(NO_FILTERS)).toBe("/inbox");
  });

  it("keep their places when others move", () => {
    const list = [aView(0), aView(1), aView(2)];
    expect(moved(list, id("view", 2), -1).map((view) => [view.name, view.position])).toEqual([
      ["View 2", 1],
      ["View 1", 2],
    ]);
    expect(moved(list, id("view", 0), -1)).toEqual([]);
  });
});
