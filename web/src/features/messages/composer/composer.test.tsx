import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { Conversation } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, aTemplate, id } from "@/testing/builders";
import { type Call, logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { Thread } from "../thread/thread";
import { Composer } from "./composer";
import { clearStaged } from "./staged";
// Fetched already, so that no test waits for them.
import "@/components/emoji/emoji-picker";
import "../templates/template-chooser";
import "../templates/template-dialog";

const CONVERSATION = id("cnv", 1);
const NOTHING_TO_SEE = { state: "", due: false, unread: 0, after: null };
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

function hub(answer: (call: Call) => { status?: number; body?: unknown }) {
  return stubHub({
    [`GET /conversations/${CONVERSATION}/messages`]: () => ({
      body: { data: [aMessage(1)], next_cursor: null },
    }),
    [`POST /conversations/${CONVERSATION}/messages`]: answer,
    [`POST /conversations/${CONVERSATION}/typing`]: () => ({ status: 204 }),
    "GET /templates": () => ({ body: { data: [aTemplate()], next_cursor: null } }),
  });
}

const accept = (call: Call) => ({
  status: 202,
  body: aMessage(2, { direction: "outbound", client_key: call.key, text: "Hello" }),
});

function show(part: Partial<Conversation> = {}) {
  const conversation = aConversation(1, { window_expires_at: inHours(20), ...part });
  return renderWithHub(
    <>
      <Thread
        conversationId={CONVERSATION}
        contactName="Ann"
        toSee={NOTHING_TO_SEE}
        onSeen={() => undefined}
      />
      <Composer conversation={conversation} contactName="Ann" />
    </>,
  );
}

const sends = (calls: Call[]) =>
  calls.filter((call) => call.path.endsWith("/messages") && call.body);
const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");

describe("the composer", () => {
  beforeEach(logIn);

  it("sends with Enter and shows one bubble from the first moment", async () => {
    const calls = hub(accept);
    show();
    await screen.findByText("Message 1");
    await userEvent.type(input(), "Hello{Enter}");
    expect(input()).toHaveValue("");
    await waitFor(() => expect(screen.getAllByText("Hello")).toHaveLength(1));
    await waitFor(() => expect(sends(calls)).toHaveLength(1));
    await waitFor(() =>
      expect(screen.getByText("Hello").closest("[data-testid=message]")).toHaveAttribute(
        "data-status",
        "sent",
      ),
    );
    expect(screen.getAllByText("Hello")).toHaveLength(1);
    expect(sends(calls)[0]?.body).toEqual({ type: "text", text: { body: "Hello" } });
  });

  it("breaks the line with Shift and Enter", async () => {
    const calls = hub(accept);
    show();
    await userEvent.type(input(), "one{Shift>}{Enter}{/Shift}two");
    expect(input()).toHaveValue("one\ntwo");
    expect(sends(calls)).toEqual([]);
  });

  it("leaves Enter to an input method that is composing", () => {
    const calls = hub(accept);
    show();
    fireEvent.change(input(), { target: { value: "に" } });
    fireEvent.keyDown(input(), { key: "Enter", isComposing: true });
    expect(input()).toHaveValue("に");
    expect(sends(calls)).toEqual([]);
  });

  it("keeps the words of a message that was refused, with the reason and a way back", async () => {
    hub(() => refusal(409, "window_closed"));
    show();
    await userEvent.type(input(), "Important words{Enter}");
    expect(await screen.findByText(/only templates can be sent/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    expect(input()).toHaveValue("Important words");
    expect(screen.queryByText("Not sent.")).toBeNull();
    await waitFor(() => expect(input()).toHaveFocus());
  });

  it("keeps what was begun when a refused message is edited", async () => {
    hub(() => refusal(409, "window_closed"));
    show();
    await userEvent.type(input(), "First{Enter}");
    const edit = await screen.findByRole("button", { name: "Edit" });
    await userEvent.type(input(), "Second");
    await userEvent.click(edit);
    expect(input()).toHaveValue("First\n\nSecond");
  });

  it("becomes a template chooser when the window is closed", async () => {
    hub(accept);
    show({ window_expires_at: inHours(-1) });
    expect(screen.queryByTestId("composer-input")).toBeNull();
    expect(screen.getByText("The 24-hour window is closed")).toBeVisible();
    expect(await screen.findByTestId("template-option")).toHaveTextContent("bike_ready");
  });

  it("fills a template and sends it in WhatsApp's form", async () => {
    const calls = hub(accept);
    show({ window_expires_at: null });
    await userEvent.click(await screen.findByTestId("template-option"));
    const send = await screen.findByTestId("template-send");
    expect(send).toBeDisabled();
    const [name, day] = screen.getAllByTestId("template-value");
    await userEvent.type(name as HTMLElement, "Ann");
    await userEvent.type(day as HTMLElement, "Friday");
    expect(screen.getByText("Hello Ann, your bike is ready on Friday.")).toBeVisible();
    await userEvent.click(send);
    await waitFor(() => expect(sends(calls)).toHaveLength(1));
    expect(sends(calls)[0]?.body).toEqual({
      type: "template",
      template: {
        name: "bike_ready",
        language: { code: "en" },
        components: [
          {
            type: "body",
            parameters: [
              { type: "text", text: "Ann" },
              { type: "text", text: "Friday" },
            ],
          },
        ],
      },
    });
  });

  it("counts down when the window is about to close", () => {
    hub(accept);
    show({ window_expires_at: inHours(1) });
    expect(screen.getByText(/Free replies are possible for 1 h/)).toBeVisible();
  });

  it("says once that an answer is being written, and not for notes", async () => {
    const calls = hub(accept);
    show();
    await userEvent.type(input(), "some words");
    expect(calls.filter((call) => call.path.endsWith("/typing"))).toHaveLength(1);
  });

  it("keeps the draft of each conversation", async () => {
    hub(accept);
    const { again } = show();
    await userEvent.type(input(), "half a sen");
    const open = { window_expires_at: inHours(20) };
    again(<Composer key="2" conversation={aConversation(2, open)} contactName="Bob" />);
    expect(input()).toHaveValue("");
    again(<Composer key="1" conversation={aConversation(1, open)} contactName="Ann" />);
    expect(input()).toHaveValue("half a sen");
  });

  it("puts an emoji where the caret is", async () => {
    hub(accept);
    show();
    await userEvent.type(input(), "Hi there");
    input().setSelectionRange(2, 2);
    await userEvent.click(screen.getByRole("button", { name: "Emoji" }));
    await userEvent.type(await screen.findByRole("searchbox", { name: "Search emoji" }), "rocket");
    await userEvent.click(screen.getByRole("button", { name: /^🚀/ }));
    expect(input()).toHaveValue("Hi🚀 there");
    await userEvent.click(screen.getByRole("button", { name: /^🚀/ }));
    expect(input()).toHaveValue("Hi🚀🚀 there");
  });

  it("takes pasted files as attachments", async () => {
    hub(accept);
    show();
    const file = new File(["x"], "photo.png", { type: "image/png" });
    fireEvent.paste(input(), { clipboardData: { files: [file] } });
    expect(await screen.findByText("photo.png")).toBeVisible();
    expect(screen.getByTestId("composer-send")).toBeEnabled();
    await userEvent.click(screen.getByRole("button", { name: "Remove photo.png" }));
    expect(screen.queryByText("photo.png")).toBeNull();
    expect(input()).toHaveFocus();
  });

  it("says how many files were too many", async () => {
    hub(accept);
    show();
    render(<Toasts />);
    const files = Array.from({ length: 12 }, (_, n) => new File(["x"], `${n}.pdf`));
    fireEvent.paste(input(), { clipboardData: { files } });
    expect(await screen.findByText(/^2 files were left out/)).toBeVisible();
    expect(screen.getAllByRole("button", { name: /^Remove/ })).toHaveLength(10);
    clearStaged(CONVERSATION);
  });

  it("refuses files that WhatsApp does not take, and says what it takes", async () => {
    hub(accept);
    show();
    render(<Toasts />);
    const files = ["cat.gif", "plan.pdf", "all.zip"].map((name) => new File(["x"], name));
    fireEvent.paste(input(), { clipboardData: { files } });
    expect(await screen.findByText(/of this kind: cat.gif, all.zip. It takes JPEG/)).toBeVisible();
    expect(screen.getAllByRole("button", { name: /^Remove/ })).toHaveLength(1);
    clearStaged(CONVERSATION);
  });

  it("says when no more letters fit", () => {
    hub(accept);
    show();
    fireEvent.change(input(), { target: { value: "x".repeat(4_000) } });
    expect(screen.getByText("96 letters left")).toBeVisible();
    fireEvent.change(input(), { target: { value: "x".repeat(4_096) } });
    expect(screen.getByText(/^Full/)).toHaveAttribute("role", "status");
    fireEvent.change(input(), { target: { value: "👍".repeat(4_096) } });
    expect(screen.getByText(/^Full/)).toBeVisible();
  });

  it("cuts nothing off what is too long, and does not send it", async () => {
    const calls = hub(accept);
    show();
    await userEvent.click(input());
    await userEvent.paste("x".repeat(4_100));
    expect(input().value).toHaveLength(4_100);
    expect(screen.getByText("4 letters too many: 4096 are the limit")).toBeVisible();
    expect(screen.getByTestId("composer-send")).toBeDisabled();
    await userEvent.keyboard("{Enter}");
    expect(sends(calls)).toEqual([]);
    expect(input().value).toHaveLength(4_100);
    await userEvent.keyboard("{Backspace>4/}");
    expect(screen.getByTestId("composer-send")).toBeEnabled();
  });

  it("breaks no rule of accessibility, open or closed", async () => {
    hub(accept);
    const { container, again } = show();
    await screen.findByText("Message 1");
    expect(await accessibilityProblems(container)).toEqual([]);
    again(
      <Composer conversation={aConversation(1, { window_expires_at: null })} contactName="Ann" />,
    );
    await screen.findByTestId("template-option");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
