import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { Conversation, ScheduledMessage } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { fieldTime } from "@/lib/usual-times";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aScheduled, aTemplate, id, ME } from "@/testing/builders";
import { type Call, logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { Composer } from "../composer/composer";
import { clearStaged } from "../composer/staged";
import { useDrafts } from "../drafts";
import { ScheduledLine } from "./scheduled-line";
import { ScheduledPage } from "./scheduled-page";
// Fetched already, so that no test waits for them.
import "../templates/template-chooser";
import "../templates/template-dialog";
import "./later-dialog";
import "./off-actions";
import "./scheduled-dialog";

vi.mock("@/lib/api/upload", () => ({ uploadMedia: vi.fn(async () => ({ id: "med_1" })) }));

const CONVERSATION = id("cnv", 1);
const PATH = `/conversations/${CONVERSATION}/scheduled-messages`;
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");

type Answer = (call: Call) => { status?: number; body?: unknown };

function hub(rows: ScheduledMessage[], more: Record<string, Answer> = {}) {
  const list = ({ query }: Call) => ({
    body: {
      data: rows.filter(({ state }) => state === (query.get("state") ?? "waiting")),
      next_cursor: null,
    },
  });
  return stubHub({
    [`GET ${PATH}`]: list,
    "GET /scheduled-messages": list,
    [`POST /conversations/${CONVERSATION}/typing`]: () => ({ status: 204 }),
    "GET /templates": () => ({ body: { data: [aTemplate()], next_cursor: null } }),
    ...more,
  });
}

const NO_CALL = {} as Call;
const take: Answer = () => ({ status: 201, body: aScheduled(1) });
const left = (calls: Call[]) =>
  calls.filter(({ method, path }) => method === "POST" && path === PATH);

function show(part: Partial<Conversation> = {}) {
  const conversation = aConversation(1, { window_expires_at: inHours(30 * 24), ...part });
  return renderWithHub(
    <>
      <ScheduledLine conversation={conversation} />
      <Composer conversation={conversation} contactName="Ann" />
      <Toasts />
    </>,
  );
}

async function choose(name: RegExp) {
  await userEvent.click(screen.getByRole("button", { name: "Send later…" }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
}

describe("sending later", () => {
  beforeEach(() => {
    logIn();
    useDrafts.setState({ drafts: {} });
    clearStaged(CONVERSATION);
  });

  it("leaves what is written at one of the usual times, and empties the field", async () => {
    const calls = hub([], { [`POST ${PATH}`]: take });
    show();
    expect(screen.queryByTestId("composer-later")).toBeNull();
    await userEvent.type(input(), "Good morning");
    await choose(/^Tomorrow morning/);
    await waitFor(() => expect(input()).toHaveValue(""));
    const [call] = left(calls);
    expect(call?.key).toMatch(/^[0-9a-f-]{36}$/);
    expect(call?.body).toMatchObject({
      unless_reply: false,
      message: { type: "text", text: { body: "Good morning" } },
    });
    const { send_at: sendAt } = (call?.body ?? {}) as { send_at?: string };
    expect(new Date(sendAt ?? 0).getHours()).toBe(9);
    expect(screen.getByText(/^This will be sent tomorrow/)).toBeVisible();
  });

  it("takes the condition that the customer does not write before", async () => {
    const calls = hub([], { [`POST ${PATH}`]: take });
    show();
    await userEvent.type(input(), "Still there?");
    await userEvent.click(screen.getByRole("button", { name: "Send later…" }));
    const condition = /^Not if the customer writes/;
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: condition }));
    expect(screen.getByRole("menuitemcheckbox", { name: condition })).toBeChecked();
    await userEvent.click(screen.getByRole("menuitem", { name: /^In an hour/ }));
    await waitFor(() => expect(left(calls)).toHaveLength(1));
    expect(left(calls)[0]?.body).toMatchObject({ unless_reply: true });
  });

  it("says that the customer wrote before, and sends it all the same when it is meant", async () => {
    const row = aScheduled(1, { unless_reply: true, send_at: inHours(1), updated_at: inHours(-1) });
    const rows = [row];
    const calls = hub(rows, {
      [`PATCH /scheduled-messages/${row.id}`]: () => {
        rows[0] = { ...row, unless_reply: false };
        return { body: rows[0] };
      },
    });
    const { container } = show({ waiting_since: inHours(-0.5) });
    const line = await screen.findByTestId("scheduled-line");
    expect(line).toHaveTextContent(/^1 message will not be sent: the customer wrote/);
    await userEvent.click(line);
    const dialog = await screen.findByRole("dialog", { name: "Messages for later" });
    expect(within(dialog).getByText(/^1 message will not be sent/)).toBeVisible();
    fireEvent(dialog, new Event("cancel"));
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(await screen.findByRole("button", { name: "Send anyway" }));
    await waitFor(() => expect(line).toHaveTextContent(/^1 message waits/));
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ unless_reply: false });
    expect(screen.queryByRole("button", { name: "Send anyway" })).toBeNull();
  });

  it("takes back what the customer overtook, and says nothing where they wrote before it was left", async () => {
    const row = aScheduled(1, { unless_reply: true, send_at: inHours(1), updated_at: inHours(-1) });
    const rows = [row];
    hub(rows, {
      [`DELETE /scheduled-messages/${row.id}`]: () => {
        rows.pop();
        return { status: 204 };
      },
    });
    const { again } = show({ waiting_since: inHours(-2) });
    const line = await screen.findByTestId("scheduled-line");
    expect(line).toHaveTextContent(/^1 message waits/);
    const conversation = aConversation(1, { waiting_since: inHours(-0.5) });
    again(<ScheduledLine conversation={conversation} />);
    await userEvent.click(await screen.findByRole("button", { name: "Take back" }));
    await waitFor(() => expect(screen.queryByTestId("scheduled-line")).toBeNull());
  });

  it("keeps the words when the hub refuses", async () => {
    hub([], { [`POST ${PATH}`]: () => refusal(409, "session_disabled") });
    show();
    await userEvent.type(input(), "Important words");
    await choose(/^In an hour/);
    expect(await screen.findByText("The number is disabled.")).toBeVisible();
    expect(input()).toHaveValue("Important words");
    expect(screen.getByTestId("composer-send")).toBeEnabled();
  });

  it("keeps only what the hub did not take of several", async () => {
    const answers = [refusal(409, "media_gone"), take(NO_CALL)];
    const calls = hub([], { [`POST ${PATH}`]: () => answers.pop() ?? refusal(500, "internal") });
    show();
    const files = ["one.pdf", "two.pdf"].map((name) => new File(["x"], name));
    fireEvent.paste(input(), { clipboardData: { files } });
    await userEvent.type(input(), "Both plans");
    await choose(/^In an hour/);
    expect(await screen.findByText("The file is no longer kept.")).toBeVisible();
    expect(left(calls)).toHaveLength(2);
    expect(screen.queryByText("one.pdf")).toBeNull();
    expect(screen.getByText("two.pdf")).toBeVisible();
    expect(input()).toHaveValue("");
  });

  it("says before that only a template will get through, and leaves it all the same", async () => {
    const calls = hub([], { [`POST ${PATH}`]: take });
    show({ window_expires_at: inHours(0.5) });
    await userEvent.type(input(), "Later");
    await choose(/^In an hour/);
    const dialog = await screen.findByRole("dialog", { name: "Send later" });
    expect(within(dialog).getByText(/^By then only a template/)).toBeVisible();
    expect(left(calls)).toEqual([]);
    const field = within(dialog).getByLabelText("Date and time");
    fireEvent.change(field, { target: { value: fieldTime(Date.now() + 10 * 60_000) } });
    expect(within(dialog).queryByText(/^By then only a template/)).toBeNull();
    fireEvent.change(field, { target: { value: fieldTime(Date.now() + 90 * 60_000) } });
    await userEvent.click(within(dialog).getByTestId("later-pick"));
    await waitFor(() => expect(left(calls)).toHaveLength(1));
    await waitFor(() => expect(input()).toHaveValue(""));
  });

  it("refuses a time that is over", async () => {
    const calls = hub([], { [`POST ${PATH}`]: take });
    show();
    await userEvent.type(input(), "Later");
    await choose(/^Pick date and time/);
    const dialog = await screen.findByRole("dialog", { name: "Send later" });
    const field = within(dialog).getByLabelText("Date and time");
    fireEvent.change(field, { target: { value: fieldTime(Date.now() - 60 * 60_000) } });
    const form = field.closest("form");
    if (form) fireEvent.submit(form);
    expect(within(dialog).getByRole("alert")).toHaveTextContent("This time has passed already.");
    expect(left(calls)).toEqual([]);
  });

  it("leaves a template where nothing else gets through, without a warning", async () => {
    const calls = hub([], { [`POST ${PATH}`]: take });
    show({ window_expires_at: null });
    await userEvent.click(await screen.findByTestId("template-option"));
    for (const field of await screen.findAllByTestId("template-value")) {
      await userEvent.type(field, "Ann");
    }
    await choose(/^In an hour/);
    await waitFor(() => expect(left(calls)).toHaveLength(1));
    expect(left(calls)[0]?.body).toMatchObject({ message: { type: "template" } });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("what waits in a conversation", () => {
  beforeEach(logIn);

  it("is one line, with what was not sent before it", async () => {
    hub([
      aScheduled(1, { send_at: inHours(1) }),
      aScheduled(2, { send_at: inHours(200) }),
      aScheduled(3, { state: "failed", reason: "window_closed" }),
    ]);
    show();
    const line = await screen.findByTestId("scheduled-line");
    expect(await within(line).findByText(/^2 messages wait: next/)).toBeVisible();
    expect(await within(line).findByText("1 message was not sent")).toBeVisible();
  });

  it("is not there when nothing waits", async () => {
    const calls = hub([]);
    const { client } = show();
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(calls.filter(({ path }) => path === PATH)).toHaveLength(2);
    expect(screen.queryByTestId("scheduled-line")).toBeNull();
  });

  it("can be changed, sent now and taken back; others' only by supervisors", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    const mine = aScheduled(1, { send_at: inHours(5) });
    const calls = hub(
      [mine, aScheduled(2, { author: { type: "user", id: id("usr", 2), name: "Ben" } })],
      {
        [`PATCH /scheduled-messages/${mine.id}`]: () => ({ body: mine }),
        [`POST /scheduled-messages/${mine.id}/send`]: () => ({ body: mine }),
        [`DELETE /scheduled-messages/${mine.id}`]: () => ({ status: 204 }),
        [`POST ${PATH}`]: take,
      },
    );
    show();
    await userEvent.click(await screen.findByTestId("scheduled-line"));
    const [first, second] = await screen.findAllByTestId("scheduled-item");
    if (!first || !second) throw new Error("two were there");
    expect(within(second).getByText("Ben")).toBeVisible();
    expect(within(second).queryByRole("button")).toBeNull();

    await userEvent.click(within(first).getByRole("button", { name: "Change" }));
    const dialog = await screen.findByRole("dialog", { name: "Change the message" });
    const words = within(dialog).getByRole("textbox", { name: "Words" });
    await userEvent.clear(words);
    await userEvent.type(words, "Other words");
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByText("Change the message")).toBeNull());
    expect(calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({
      message: { type: "text", text: { body: "Other words" } },
    });

    await userEvent.click(within(first).getByRole("button", { name: "Send now" }));
    expect(await screen.findByText("It is on its way.")).toBeVisible();
    await userEvent.click(within(first).getByRole("button", { name: "Take back" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(left(calls)).toHaveLength(1));
    expect(left(calls)[0]?.body).toMatchObject({ send_at: mine.send_at, message: mine.message });
  });

  it("says why something was not sent, and is put away", async () => {
    const failed = aScheduled(1, { state: "failed", reason: "too_late" });
    const calls = hub([failed], {
      [`DELETE /scheduled-messages/${failed.id}`]: () => ({ status: 204 }),
    });
    const { container } = show();
    await userEvent.click(await screen.findByTestId("scheduled-line"));
    const item = await screen.findByTestId("scheduled-item");
    expect(within(item).getByText(/could not send it for hours/)).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(within(item).getByRole("button", { name: "Put away" }));
    await waitFor(() => expect(calls.some(({ method }) => method === "DELETE")).toBe(true));
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  });
});

describe("the page of scheduled messages", () => {
  beforeEach(logIn);

  it("has mine that wait, and on request everybody's and those that were sent", async () => {
    const calls = hub([
      aScheduled(1, { send_at: inHours(3) }),
      aScheduled(2, { state: "sent", message_id: id("msg", 7), send_at: inHours(-30) }),
    ]);
    const { container } = renderWithHub(<ScheduledPage />);
    const row = await screen.findByTestId("scheduled-row");
    expect(row).toHaveAttribute("href", `/inbox/${CONVERSATION}`);
    expect(calls.at(-1)?.query.get("author")).toBe("me");
    await userEvent.click(screen.getByRole("button", { name: "Everybody’s" }));
    await userEvent.click(screen.getByRole("button", { name: "Sent" }));
    const sent = await screen.findByTestId("scheduled-row");
    expect(sent).toHaveAttribute("href", `/inbox/${CONVERSATION}#${id("msg", 7)}`);
    expect(calls.at(-1)?.query.get("author")).toBeNull();
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Not sent" }));
    expect(await screen.findByText("Nothing failed")).toBeVisible();
  });

  it("asks again when somebody comes back to it", async () => {
    const calls = hub([]);
    renderWithHub(<ScheduledPage />);
    await screen.findByText("No message waits");
    const before = calls.length;
    fireEvent(window, new Event("visibilitychange"));
    await waitFor(() => expect(calls.length).toBeGreaterThan(before));
  });
});
