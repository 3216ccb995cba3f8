import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { takeMove } from "@/features/conversations/own-moves";
import { NO_FILTERS } from "@/features/conversations/use-filters";
import type { Conversation, Macro, Message } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { itemsOf, type Pages } from "@/lib/pages";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMacro, aMessage, id, ME, paged } from "@/testing/builders";
import { logIn, type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { useInboxShortcuts } from "../routes/use-inbox-shortcuts";
import { MacroIcon } from "./macro-buttons";
import { MacroDialogs } from "./macro-dialogs";
import { NO_MACROS, useMacros } from "./run";
// Fetched already, so that no test waits for them.
import "./choose-macro";
import "./macro-refused";

const ID = id("cnv", 1);
const CLOSE = aMacro(1, {
  name: "Thank and close",
  actions: [
    { do: "send_text", text: "Thank you!" },
    { do: "assign", assignee: id("usr", 9) },
    { do: "set_status", status: "closed" },
  ],
});
const MINE = aMacro(2, { name: "Mine", owner_id: ME.id });
const RUN = `POST /conversations/${ID}/macros/${CLOSE.id}/run`;
const DONE: Reply = {
  body: {
    conversation: aConversation(1, { seq: 9, status: "closed" }),
    messages: [aMessage(7, { seq: 8, direction: "outbound", text: "Thank you!" })],
  },
};

function Page() {
  useInboxShortcuts([aConversation(1)], ID);
  return (
    <main tabIndex={-1}>
      <MacroIcon id={ID} />
      <MacroDialogs />
      <Toasts />
    </main>
  );
}

function show(macros: Macro[], replies: Reply[] = [DONE]) {
  const calls = stubHub({
    "GET /macros": () => ({ body: { data: macros, next_cursor: null } }),
    [RUN]: () => replies.shift() ?? DONE,
  });
  const view = renderWithHub(<Page />);
  view.client.setQueryData(keys.conversations(NO_FILTERS), paged([aConversation(1)], 5, 5));
  view.client.setQueryData(keys.conversation(ID), aConversation(1));
  view.client.setQueryData(keys.messages(ID), paged<Message>([], 5, 5));
  return { ...view, runs: () => calls.filter(({ path }) => path.endsWith("/run")) };
}

const field = () => screen.findByRole("combobox", { name: "Search: Macros" });
const run = async (letters: string) => {
  await userEvent.keyboard("{Alt>}m{/Alt}");
  const search = await field();
  await waitFor(() => expect(search).toHaveFocus());
  await userEvent.keyboard(`${letters}{Enter}`);
};
const refused = (part: object): Reply => ({
  status: 409,
  body: { ...(refusal(409, "conflict").body as object), ...part },
});

describe("running a macro", () => {
  beforeEach(() => {
    logIn();
    useMacros.setState(NO_MACROS, true);
  });

  it("takes Alt and M, a few letters and Enter; thread, header and list have it at once", async () => {
    const { client, runs } = show([CLOSE, MINE]);
    await userEvent.keyboard("{Alt>}m{/Alt}");
    const search = await field();
    await waitFor(() => expect(search).toHaveFocus());
    const lines = screen.getAllByRole("option").map((option) => option.textContent);
    expect(lines).toEqual([
      "MineSet the status",
      "Thank and closeSend a text · Assign · Set the status",
    ]);
    await userEvent.keyboard("thank{Enter}");
    expect(await screen.findByText("“Thank and close” is done")).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(runs()).toHaveLength(1);
    expect(runs()[0]?.key).toMatch(/^[\w-]{36}$/);
    expect(takeMove(ID, id("usr", 9)), "no colleague took it").toBe(true);
    expect(client.getQueryData<Conversation>(keys.conversation(ID))?.status).toBe("closed");
    const list = client.getQueryData<Pages<Conversation>>(keys.conversations(NO_FILTERS));
    expect(itemsOf(list)).toEqual([]);
    const thread = client.getQueryData<Pages<Message>>(keys.messages(ID));
    expect(itemsOf(thread).map(({ text }) => text)).toEqual(["Thank you!"]);
  });

  it("says in the hub's words why one was refused, and that nothing else was done", async () => {
    const part = { title: "Not now", detail: "The customer asked for silence." };
    const { runs, client } = show([CLOSE], [refused(part)]);
    await userEvent.click(screen.getByTestId("macros"));
    await userEvent.click(await screen.findByRole("option", { name: /Thank and close/ }));
    const dialog = await screen.findByRole("dialog", { name: "“Thank and close” was not done" });
    const alert = within(dialog).getByRole("alert");
    expect(alert).toHaveTextContent("Not now");
    expect(alert).toHaveTextContent("The customer asked for silence.");
    expect(dialog).toHaveTextContent("Nothing else was done.");
    expect(within(dialog).queryByRole("button", { name: "Try again" })).toBeNull();
    expect(await accessibilityProblems(dialog)).toEqual([]);
    await userEvent.click(within(dialog).getAllByRole("button", { name: "Close" })[1] as Element);
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(runs()).toHaveLength(1);
    expect(client.getQueryData<Conversation>(keys.conversation(ID))?.status).toBe("open");
  });

  it("names the step that no longer fits", async () => {
    const errors = [{ field: "actions.1.assignee", message: "is nobody who works here" }];
    show([CLOSE], [{ ...refused({ code: "macro_out_of_date", errors }), status: 422 }]);
    await run("thank");
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The macro can not be done as it stands.");
    expect(alert).toHaveTextContent("Assign: is nobody who works here");
  });

  it("does nothing twice when it is tried again after the hub was away", async () => {
    const { runs } = show([CLOSE], [refusal(503, "unavailable")]);
    await run("thank");
    const dialog = await screen.findByRole("dialog", {
      name: "“Thank and close” may not be done",
    });
    expect(dialog).not.toHaveTextContent("Nothing else was done");
    await userEvent.click(within(dialog).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(runs()).toHaveLength(2));
    expect(runs()[0]?.key).toBe(runs()[1]?.key);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says where to make one while there are none", async () => {
    show([]);
    await userEvent.keyboard("{Alt>}m{/Alt}");
    expect(await screen.findByText("No macros yet")).toBeVisible();
    expect(screen.getByRole("link", { name: "Manage macros" })).toHaveAttribute(
      "href",
      "/settings/macros",
    );
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([CLOSE, MINE]);
    await userEvent.click(screen.getByTestId("macros"));
    await field();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
