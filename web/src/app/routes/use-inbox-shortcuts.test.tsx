import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { useDrafts } from "@/features/messages/drafts";
import type { Conversation } from "@/lib/api/types";
import { useGoOn } from "@/lib/go-on";
import { aConversation, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { useInboxShortcuts } from "./use-inbox-shortcuts";

function Inbox({ rows }: { rows: Conversation[] }) {
  const { pathname } = useLocation();
  useInboxShortcuts(rows, pathname.split("/")[2] ?? null);
  return (
    <>
      <p data-testid="where">{pathname}</p>
      <input aria-label="Draft" />
      <Toasts />
    </>
  );
}

const ROWS = [3, 2, 1].map((number) => aConversation(number));
const where = () => screen.getByTestId("where").textContent;
const path = (number: number) => `/inbox/${id("cnv", number)}`;
const press = (code: string, target: Element = document.body) =>
  fireEvent.keyDown(target, { code, key: code.slice(-1).toLowerCase(), altKey: true });

describe("the keys of the inbox", () => {
  beforeEach(() => {
    logIn();
    useDrafts.setState({ drafts: {} });
  });

  it("go through the conversations, from a field too", () => {
    stubHub({});
    renderWithHub(<Inbox rows={ROWS} />, path(3));
    press("KeyJ");
    expect(where()).toBe(path(2));
    press("KeyJ", screen.getByRole("textbox"));
    expect(where()).toBe(path(1));
    press("KeyK");
    expect(where()).toBe(path(2));
  });

  it("close a conversation and go on with the one below it", async () => {
    const closed = aConversation(2, { status: "closed" });
    const calls = stubHub({ [`PATCH /conversations/${id("cnv", 2)}`]: () => ({ body: closed }) });
    const { again } = renderWithHub(<Inbox rows={ROWS} />, path(2));
    press("KeyE");
    await waitFor(() => expect(calls.at(-1)?.body).toEqual({ status: "closed" }));
    again(<Inbox rows={ROWS.filter((row) => row.id !== closed.id)} />);
    press("KeyJ");
    expect(where()).toBe(path(1));
  });

  it("go on with the next one after an answer, wherever the answered one stands now", () => {
    stubHub({});
    const { again } = renderWithHub(<Inbox rows={ROWS} />, path(3));
    again(<Inbox rows={[...ROWS.slice(1), ...ROWS.slice(0, 1)]} />);
    press("KeyJ");
    expect(where()).toBe(path(2));
  });

  it("go on by themselves after one is closed, for those who want it", async () => {
    const closed = aConversation(2, { status: "closed" });
    stubHub({ [`PATCH /conversations/${closed.id}`]: () => ({ body: closed }) });
    renderWithHub(<Inbox rows={ROWS} />, path(2));
    useGoOn.setState({ wanted: true });
    press("KeyE");
    await waitFor(() => expect(where()).toBe(path(1)));
    useGoOn.setState({ wanted: false });
  });

  it("do not count rows when others came in above a closed one", () => {
    stubHub({});
    const { again } = renderWithHub(<Inbox rows={ROWS} />, path(2));
    again(<Inbox rows={[aConversation(9), aConversation(8), ...ROWS.toSpliced(1, 1)]} />);
    press("KeyJ");
    expect(where()).toBe(path(1));
  });

  it("say where the list ends", () => {
    stubHub({});
    renderWithHub(<Inbox rows={ROWS} />, path(1));
    press("KeyJ");
    expect(where()).toBe(path(1));
    expect(screen.getByText("That was the last one in this list")).toBeVisible();
  });

  it("switch between a note and a reply, and leave both drafts alone", () => {
    stubHub({});
    renderWithHub(<Inbox rows={ROWS} />, path(3));
    useDrafts.getState().change(id("cnv", 3), { text: "reply", noteText: "note" });
    const draft = () => useDrafts.getState().drafts[id("cnv", 3)];
    press("KeyN", screen.getByRole("textbox"));
    expect(draft()).toMatchObject({ note: true, text: "reply", noteText: "note" });
    press("KeyL", screen.getByRole("textbox"));
    expect(draft()).toMatchObject({ note: false, text: "reply", noteText: "note" });
  });

  it("take what is typed at once, before the conversation is there", async () => {
    stubHub({});
    renderWithHub(<Inbox rows={ROWS} />, path(3));
    press("KeyL");
    for (const key of "Hi!") fireEvent.keyDown(document.body, { key });
    expect(useDrafts.getState().drafts[id("cnv", 3)]).toMatchObject({ text: "Hi!" });
    fireEvent.pointerDown(document.body);
  });

  it("mark a conversation unread and leave it; in the list, the row that has the focus", async () => {
    const seen = { conversation_id: id("cnv", 2), message_id: null, unread: true };
    const calls = stubHub({
      [`PUT /conversations/${id("cnv", 2)}/seen`]: () => ({ body: seen }),
      [`PUT /conversations/${id("cnv", 1)}/seen`]: () => ({ body: seen }),
    });
    renderWithHub(
      <>
        <Inbox rows={ROWS} />
        <p data-row={id("cnv", 1)}>
          <a href="/inbox">Row</a>
        </p>
      </>,
      path(2),
    );
    press("KeyU");
    expect(where()).toBe("/inbox");
    await waitFor(() => expect(calls.at(-1)?.path).toBe(`/conversations/${id("cnv", 2)}/seen`));
    expect(calls.at(-1)?.body).toEqual({ unread: true });
    screen.getByRole("link").focus();
    press("KeyU");
    await waitFor(() => expect(calls.at(-1)?.path).toBe(`/conversations/${id("cnv", 1)}/seen`));
  });

  it("open one that is closed", async () => {
    const closed = aConversation(2, { status: "closed" });
    const calls = stubHub({
      [`PATCH /conversations/${closed.id}`]: () => ({ body: aConversation(2) }),
    });
    renderWithHub(<Inbox rows={[closed]} />, path(2));
    press("KeyE");
    await waitFor(() => expect(calls.at(-1)?.body).toEqual({ status: "open" }));
  });

  it("leave a Mac's Option key to those who write with it", () => {
    vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
    const calls = stubHub({});
    renderWithHub(<Inbox rows={ROWS} />, path(3));
    // ł and ę on a Polish keyboard.
    expect(press("KeyL", screen.getByRole("textbox"))).toBe(true);
    expect(press("KeyE", screen.getByRole("textbox"))).toBe(true);
    expect(calls).toEqual([]);
    press("KeyJ");
    expect(where()).toBe(path(2));
    vi.restoreAllMocks();
  });

  it("wait while a dialog is open", () => {
    stubHub({});
    renderWithHub(
      <>
        <Inbox rows={ROWS} />
        <dialog open>Form</dialog>
      </>,
      path(3),
    );
    press("KeyJ");
    expect(where()).toBe(path(3));
  });
});
