import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Conversation } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, id, ME } from "@/testing/builders";
import { type Call, logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { type Colleague, ColleaguesContext } from "../colleagues";
import { Thread } from "../thread/thread";
import { Composer } from "./composer";

const CONVERSATION = id("cnv", 1);
const NOTHING_TO_SEE = { state: "", due: false, unread: 0, after: null };
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const BEN = { id: id("usr", 2), name: "Ben Carter", disabled: false };
const ANA = { id: id("usr", 3), name: "Ána Souza", disabled: false };
const GONE = { id: id("usr", 4), name: "Bo Gone", disabled: true };
const COLLEAGUES: Colleague[] = [ME, BEN, ANA, GONE];

type Answer = (call: Call) => { status?: number; body?: unknown };

const accept: Answer = ({ key, body }) => {
  const { type, text } = body as { type: string; text: { body: string } };
  return {
    status: 202,
    body: aMessage(2, {
      direction: type === "note" ? "note" : "outbound",
      client_key: key,
      text: text.body,
      content: text,
      author: { type: "user", id: ME.id, name: ME.name },
    }),
  };
};

function show(part: Partial<Conversation> = {}, answer = accept) {
  const calls = stubHub({
    [`GET /conversations/${CONVERSATION}/messages`]: () => ({
      body: { data: [aMessage(1)], next_cursor: null },
    }),
    [`POST /conversations/${CONVERSATION}/messages`]: answer,
    [`POST /conversations/${CONVERSATION}/typing`]: () => ({ status: 204 }),
    "GET /templates": () => ({ body: { data: [], next_cursor: null } }),
  });
  const conversation = aConversation(1, { window_expires_at: inHours(20), ...part });
  const { container } = renderWithHub(
    <ColleaguesContext value={COLLEAGUES}>
      <Thread
        conversationId={CONVERSATION}
        contactName="Ann"
        toSee={NOTHING_TO_SEE}
        onSeen={() => undefined}
      />
      <Composer conversation={conversation} contactName="Ann" />
    </ColleaguesContext>,
  );
  const sends = () => calls.flatMap((call) => (call.path.endsWith("/messages") ? call.body : []));
  return { container, sends: () => sends().filter(Boolean) };
}

const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");
const toNote = () => userEvent.click(screen.getByRole("button", { name: "Note" }));
const toReply = () => userEvent.click(screen.getByRole("button", { name: "Reply" }));
const options = () => screen.queryAllByRole("option").map((option) => option.textContent);
const marked = () => screen.getByRole("option", { selected: true });

describe("a note", () => {
  beforeEach(logIn);

  it("is written in a mode of its own, which says whom it is for", async () => {
    const { sends } = show();
    expect(screen.getByRole("button", { name: "Reply" })).toHaveAttribute("aria-pressed", "true");
    await toNote();
    expect(screen.getByTestId("composer")).toHaveAttribute("data-mode", "note");
    expect(screen.getByText(/Only colleagues see this/)).toBeVisible();
    expect(input()).toHaveAccessibleName("Write a note for colleagues");
    expect(input()).toHaveFocus();
    await userEvent.keyboard("He called{Enter}");
    await waitFor(() => expect(sends()).toEqual([{ type: "note", text: { body: "He called" } }]));
    expect(screen.getByTestId("composer")).toHaveAttribute("data-mode", "note");
  });

  it("and a reply have drafts of their own: neither becomes the other", async () => {
    const { sends } = show();
    await userEvent.type(input(), "Dear Ann");
    await toNote();
    expect(input()).toHaveValue("");
    await userEvent.keyboard("She is angry");
    await toReply();
    expect(input()).toHaveValue("Dear Ann");
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(sends()).toMatchObject([{ type: "text" }]));
    await toNote();
    expect(input()).toHaveValue("She is angry");
  });

  it("can be written when the window is closed", async () => {
    const { sends } = show({ window_expires_at: inHours(-1) });
    expect(screen.queryByTestId("composer-input")).toBeNull();
    await toNote();
    await userEvent.keyboard("He called{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
  });

  it("calls a colleague who is picked with the keys", async () => {
    const { sends } = show();
    await toNote();
    await userEvent.keyboard("Look @");
    expect(options()).toEqual(["BCBen Carter", "ÁSÁna Souza"]);
    expect(input()).toHaveAttribute("aria-activedescendant", marked().id);
    expect(input()).toHaveAttribute("aria-controls", screen.getByRole("listbox").id);
    await userEvent.keyboard("{ArrowDown}");
    expect(marked()).toHaveTextContent("Ána Souza");
    await userEvent.keyboard("{ArrowDown}");
    expect(marked()).toHaveTextContent("Ben Carter");
    await userEvent.keyboard("{ArrowUp}{Enter}");
    expect(input()).toHaveValue("Look @Ána Souza ");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(screen.getByText("Only colleagues see this. Calls Ána Souza.")).toBeVisible();
    await userEvent.keyboard("please{Enter}");
    const text = { body: "Look @Ána Souza please", mentions: [ANA.id] };
    await waitFor(() => expect(sends()).toEqual([{ type: "note", text }]));
    expect(await screen.findByTestId("mention")).toHaveTextContent("@Ána Souza");
  });

  it("finds colleagues without accents and by their last name; Tab takes one", async () => {
    show();
    await toNote();
    await userEvent.keyboard("@ana");
    expect(options()).toEqual(["ÁSÁna Souza"]);
    await userEvent.keyboard("{Backspace>3/}car{Tab}");
    expect(input()).toHaveValue("@Ben Carter ");
    expect(input()).toHaveFocus();
  });

  it("takes who is clicked", async () => {
    show();
    await toNote();
    await userEvent.keyboard("@");
    await userEvent.click(screen.getByRole("option", { name: /Ben/ }));
    expect(input()).toHaveValue("@Ben Carter ");
    expect(input()).toHaveFocus();
  });

  it("calls nobody whose name was deleted again", async () => {
    const { sends } = show();
    await toNote();
    await userEvent.keyboard("@ben{Enter}{Backspace>3/}look{Enter}");
    const text = { body: "@Ben Cartlook" };
    await waitFor(() => expect(sends()).toEqual([{ type: "note", text }]));
  });

  it("keeps an at sign that calls nobody: Escape closes the list", async () => {
    const { sends } = show();
    await toNote();
    await userEvent.keyboard("meet @{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    await userEvent.keyboard("b{Enter}");
    const text = { body: "meet @b" };
    await waitFor(() => expect(sends()).toEqual([{ type: "note", text }]));
  });

  it("that was refused comes back as a note, with whom it calls", async () => {
    let refuses = true;
    const { sends } = show({}, (call) => (refuses ? refusal(400, "validation") : accept(call)));
    await toNote();
    await userEvent.keyboard("@ben{Enter}look{Enter}");
    await toReply();
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    expect(screen.getByTestId("composer")).toHaveAttribute("data-mode", "note");
    expect(input()).toHaveValue("@Ben Carter look");
    refuses = false;
    await userEvent.type(input(), "{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(2));
    expect(sends()[1]).toMatchObject({ text: { mentions: [BEN.id] } });
  });

  it("is no place to call somebody in a reply", async () => {
    show();
    await userEvent.type(input(), "@ben");
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("breaks no rule of accessibility while somebody is being picked", async () => {
    const { container } = show();
    await toNote();
    await userEvent.keyboard("@");
    expect(within(screen.getByRole("listbox")).getAllByRole("option")).toHaveLength(2);
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
