import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { COMPOSER_INPUT } from "@/features/messages/composer/focus";
import { useDrafts } from "@/features/messages/drafts";
import type { Role, View } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { useTheme } from "@/lib/theme";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMacro, aTag, aTeam, at, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { ShortcutsHelp } from "../shortcuts-dialog";
import { CommandBarDialog } from "./command-bar-dialog";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas Meier" };
const ID = id("cnv", 1);
const VIEW: View = {
  id: id("view", 1),
  name: "Late complaints",
  filters: { tag: id("tag", 1), sort: "oldest" },
  owner_id: null,
  position: 0,
  updated_at: at(0),
};
const page = (data: unknown[]) => ({ body: { data, next_cursor: null } });

function Page() {
  const { pathname, search } = useLocation();
  return (
    <main tabIndex={-1}>
      <p data-testid="where">{pathname + search}</p>
      <div data-composer={ID}>
        <textarea id={COMPOSER_INPUT} aria-label="Reply" />
      </div>
      <CommandBarDialog />
      <ShortcutsHelp />
    </main>
  );
}

async function show(path = `/inbox/${ID}`) {
  const row = aConversation(1, { tags: [id("tag", 2)] });
  const calls = stubHub({
    [`GET /conversations/${ID}`]: () => ({ body: row }),
    [`PATCH /conversations/${ID}`]: ({ body }) => ({ body: { ...row, ...(body as object) } }),
    "GET /conversations": () => page([aConversation(8, { status: "closed" })]),
    "GET /users": () => page([ME, JONAS]),
    "GET /teams": () => page([aTeam(1)]),
    "GET /tags": () => page([aTag(1), aTag(2)]),
    "GET /views": () => page([VIEW]),
    "GET /macros": () => page([aMacro(1, { name: "Escalate" })]),
    [`POST /conversations/${ID}/macros/${id("mac", 1)}/run`]: () => ({
      body: { conversation: row, messages: [] },
    }),
  });
  renderWithHub(<Page />, path);
  const sent = () => calls.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  return { calls, sent };
}

const press = (target: Element = document.body, part: KeyboardEventInit = {}) =>
  fireEvent.keyDown(target, { key: "k", code: "KeyK", ctrlKey: true, ...part });
const reply = () => screen.getByRole("textbox", { name: "Reply" });
const where = () => screen.getByTestId("where").textContent;
const lines = () => screen.queryAllByRole("option").map((option) => option.textContent);

/** Opens the bar and does what comes up for these words. */
async function command(...words: string[]) {
  press();
  const name = "Type a command or a customer's name";
  await userEvent.click(await screen.findByRole("combobox", { name }));
  for (const word of words) {
    await userEvent.paste(word);
    await screen.findAllByRole("option");
    await userEvent.keyboard("{Enter}");
  }
}

describe("the command bar of the page", () => {
  beforeEach(logIn);

  // The first of all: later the code is there at once.
  it("loses nothing of what is typed while its code is on its way", async () => {
    await show();
    press();
    const early = screen.getByRole("textbox", { name: "Type a command or a customer's name" });
    expect(early).toHaveFocus();
    fireEvent.change(early, { target: { value: "urg" } });
    const field = await screen.findByRole("combobox");
    expect(field).toHaveFocus();
    expect(field).toHaveValue("urg");
    expect(await screen.findByRole("option", { name: /Urgent/ })).toBeVisible();
    press();
    press();
    expect(screen.getByRole("combobox")).toHaveValue("");
    press();
  });

  it("opens from a field with Ctrl and K, takes what is typed, and leaves the focus there", async () => {
    await show();
    reply().focus();
    expect(press(reply())).toBe(false);
    const field = await screen.findByRole("combobox");
    await waitFor(() => expect(field).toHaveFocus());
    press();
    expect(screen.queryByRole("combobox")).toBeNull();
    expect(reply()).toHaveFocus();
  });

  it("opens where the keyboard has other letters, but not behind a dialog or on a Mac's Ctrl", async () => {
    await show();
    press(document.body, { key: "ن" });
    await screen.findByRole("combobox");
    press();
    vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
    expect(press()).toBe(true);
    expect(screen.queryByTestId("command-bar")).toBeNull();
    press(document.body, { ctrlKey: false, metaKey: true });
    expect(screen.getByTestId("command-bar")).toBeVisible();
    press(document.body, { ctrlKey: false, metaKey: true });
    vi.restoreAllMocks();
    fireEvent.keyDown(document.body, { key: "?" });
    press();
    expect(screen.queryByTestId("command-bar")).toBeNull();
  });

  it("says who takes care of the open conversation", async () => {
    const { sent } = await show();
    await command("to me");
    await command("assign to…", "jon");
    await command("team", "team 1");
    await waitFor(() => expect(sent()).toHaveLength(3));
    expect(sent()).toEqual([
      { assignee_id: ME.id },
      { assignee_id: JONAS.id },
      { team_id: id("team", 1) },
    ]);
  });

  it("takes care of the open conversation", async () => {
    const { sent } = await show();
    await command("add or", "tag 1");
    await command("add or", "tag 2");
    await command("urg");
    await command("snooze until");
    await command("close");
    await waitFor(() => expect(sent()).toHaveLength(5));
    expect(sent()).toEqual([
      { add_tags: [id("tag", 1)] },
      { remove_tags: [id("tag", 2)] },
      { priority: "urgent" },
      { status: "snoozed" },
      { status: "closed" },
    ]);
  });

  it("opens a view of the inbox by its name", async () => {
    await show();
    await command("late com");
    expect(where()).toBe(`/inbox?status=all&tag=${id("tag", 1)}&sort=oldest`);
  });

  it("runs a macro in the open conversation", async () => {
    const { calls } = await show();
    await command("escal");
    await waitFor(() => expect(calls.some(({ path }) => path.endsWith("/run"))).toBe(true));
  });

  it("begins a note in the open conversation", async () => {
    await show();
    await command("note");
    expect(useDrafts.getState().drafts[ID]?.note).toBe(true);
    await waitFor(() => expect(reply()).toHaveFocus());
  });

  it("finds a conversation at the hub, whatever its status", async () => {
    const { calls } = await show("/settings/profile");
    press();
    await userEvent.click(await screen.findByRole("combobox"));
    // All at once: what is typed slowly is asked for in parts.
    await userEvent.paste("+49 151 8");
    await userEvent.click(await screen.findByRole("option", { name: /Customer 8.*Closed/ }));
    expect(where()).toBe(`/inbox/${id("cnv", 8)}`);
    const asked = calls.filter(({ path }) => path === "/conversations");
    expect(asked.map(({ query }) => [query.get("q"), query.get("status")])).toEqual([
      ["491518", null],
    ]);
  });

  it("opens a conversation with the list as it is filtered", async () => {
    await show(`/inbox/${ID}?assignee=me&sort=oldest`);
    await command("Customer 8");
    expect(where()).toBe(`/inbox/${id("cnv", 8)}?assignee=me&sort=oldest`);
  });

  it("shows an agent no page that an agent may not see, and nothing to do without a conversation", async () => {
    const as = async (role: Role) => {
      useLogin.setState({ user: { ...ME, role } });
      press();
      await screen.findByRole("combobox");
      const shown = lines();
      press();
      return shown;
    };
    await show("/settings/profile");
    const agent = await as("agent");
    expect(agent).toEqual(expect.arrayContaining(["Inbox", "ProfileSettings"]));
    expect(agent).not.toContain("PeopleSettings");
    expect(agent.join()).not.toMatch(/Assign/);
    expect(await as("supervisor")).toContain("TagsSettings");
    expect(await as("admin")).toContain("PeopleSettings");
  });

  it("changes the colours, shows the shortcuts, goes to pages", async () => {
    await show();
    await command("dark");
    expect(useTheme.getState().wish).toBe("dark");
    useTheme.getState().choose("system");
    await command("api");
    expect(where()).toBe("/settings/api-keys");
    await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
    await command("keyboard");
    expect(await screen.findByText("Command bar: everything by its name")).toBeVisible();
  });

  it("breaks no rule of accessibility", async () => {
    await show();
    press();
    await screen.findByText("Assign to me");
    expect(await accessibilityProblems(screen.getByTestId("command-bar"))).toEqual([]);
  });
});
