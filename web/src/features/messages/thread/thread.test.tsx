import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import type { Pages } from "@/lib/pages";
import { accessibilityProblems } from "@/testing/axe";
import { aMessage, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { applyMessage } from "../events";
import { Thread } from "./thread";
import type { ToSee } from "./use-seen";

const CONVERSATION = id("cnv", 1);
const FAILURE = { code: 131026, title: "Message undeliverable", advice: "Check the number." };

/** What nobody has read. */
const unreadOf = (unread: number, state = String(unread)): ToSee => ({
  state,
  due: unread > 0,
  unread,
  after: null,
});

function show(messages: Message[], part: { toSee?: ToSee; onSeen?: () => void } = {}) {
  const calls = stubHub({
    [`GET /conversations/${CONVERSATION}/messages`]: () => ({
      body: { data: [...messages].reverse(), next_cursor: null },
    }),
    [`POST /messages/${id("msg", 1)}/retry`]: () => ({
      status: 202,
      body: aMessage(9, {
        direction: "outbound",
        client_key: `retry:${id("msg", 1)}`,
        text: "again",
      }),
    }),
    "GET /templates": () => ({ body: { data: [], next_cursor: null } }),
  });
  const view = renderWithHub(
    <Thread
      conversationId={CONVERSATION}
      contactName="Ann"
      toSee={part.toSee ?? unreadOf(0)}
      onSeen={part.onSeen ?? (() => undefined)}
    />,
  );
  return { calls, ...view };
}

describe("the thread", () => {
  beforeEach(logIn);

  it("says why a message failed and what to do, and tries again for real", async () => {
    const { calls } = show([
      aMessage(1, { direction: "outbound", status: "failed", error: FAILURE }),
    ]);
    expect(await screen.findByText(/Message undeliverable/)).toBeVisible();
    expect(screen.getByText("Check the number.")).toBeVisible();
    await userEvent.click(screen.getByTestId("retry-button"));
    expect(await screen.findByText("again")).toBeVisible();
    expect(calls.filter((call) => call.method === "POST")).toHaveLength(1);
    expect(screen.queryByTestId("retry-button")).toBeNull();
    expect(screen.getByText("Sent again below.")).toBeVisible();
  });

  it("says of a quoted answer which colleague gave it", async () => {
    const ask = (number: number, author: Message["author"]) =>
      aMessage(number, { direction: "outbound", text: `Size ${number}?`, author });
    const answer = (number: number, to: number) => {
      const reply_to = {
        id: id("msg", to),
        provider_id: "wamid",
        text: "?",
        direction: "outbound",
      };
      return aMessage(number, { text: `Yes ${number}`, reply_to } as Partial<Message>);
    };
    const ben = { type: "user", id: id("usr", 8), name: "Ben" } as const;
    const me = { type: "user", id: ME.id, name: ME.name } as const;
    show([ask(1, ben), ask(2, me), answer(3, 1), answer(4, 2), answer(5, 99)]);
    await screen.findByText("Yes 5");
    const heads = screen
      .getAllByTitle("Go to the quoted message")
      .map((quote) => quote.textContent);
    expect(heads.map((head) => head?.split("?")[0])).toEqual(["Ben", "You", "We"]);
  });

  it("names what the hub said by itself, which is nobody's own", async () => {
    const author = { type: "system", id: null, name: null } as const;
    show([aMessage(1, { direction: "outbound", text: "We are closed.", author })]);
    const message = await screen.findByRole("article", { name: /^Automatic message, / });
    expect(message).toHaveTextContent(/^Automatic messageWe are closed/);
  });

  it("shows the day over the words only while somebody scrolls", async () => {
    show([aMessage(1)]);
    await screen.findByText("Message 1");
    const box = screen.getByTestId("thread");
    // It is opened, which moves it.
    fireEvent.scroll(box);
    expect(box).not.toHaveAttribute("data-scrolling");
    vi.useFakeTimers();
    fireEvent.wheel(box);
    fireEvent.scroll(box);
    expect(box).toHaveAttribute("data-scrolling");
    act(() => vi.advanceTimersByTime(1_000));
    expect(box).not.toHaveAttribute("data-scrolling");
    vi.useRealTimers();
  });

  it("explains a message that nobody confirmed", async () => {
    show([aMessage(1, { direction: "outbound", status: "unknown" })]);
    expect(await screen.findByText("Not confirmed")).toBeVisible();
    expect(screen.getByText(/WhatsApp may have it/)).toBeVisible();
  });

  it.each(["queued", "sending", "sent", "delivered", "read", "played"] as const)(
    "shows that a message is %s",
    async (status) => {
      const words = { queued: "Waiting to be sent", sending: "Being sent" } as Record<
        string,
        string
      >;
      show([aMessage(1, { direction: "outbound", status })]);
      const name = words[status] ?? status.charAt(0).toUpperCase() + status.slice(1);
      expect(await screen.findByRole("img", { name })).toBeVisible();
    },
  );

  it("keeps what it can't show, with what WhatsApp sent", async () => {
    show([aMessage(1, { type: "hologram", text: null, content: { depth: 3 } })]);
    expect(await screen.findByText(/can't be shown here \(hologram\)/)).toBeVisible();
    expect(screen.getByText(/"depth": 3/)).toBeInTheDocument();
  });

  it("says why a file is not there", async () => {
    const media = {
      id: "med_1",
      mime_type: "image/jpeg",
      filename: null,
      size: null,
      url: null,
      voice: false,
      animated: false,
      error: null,
    };
    show([
      aMessage(1, { type: "image", media: [{ ...media, state: "pending" }] }),
      aMessage(2, { type: "image", media: [{ ...media, state: "expired" }] }),
      aMessage(3, {
        type: "image",
        media: [{ ...media, state: "failed", error: "Larger than 100 MB" }],
      }),
    ]);
    expect(await screen.findByText(/Being fetched/)).toBeVisible();
    expect(screen.getByText(/seven days/)).toBeVisible();
    expect(screen.getByText("Larger than 100 MB")).toBeVisible();
  });

  it("follows events: new messages, higher ticks, no doubles", async () => {
    const { live } = show([aMessage(1, { direction: "outbound", status: "sent" })]);
    await screen.findByRole("img", { name: "Sent" });
    const take = (message: Message) =>
      live.apply<Pages<Message>>(keys.messages(CONVERSATION), (thread) =>
        applyMessage(thread, message),
      );
    take(aMessage(1, { seq: 5, direction: "outbound", status: "read" }));
    take(aMessage(2, { text: "new" }));
    take(aMessage(2, { text: "new" }));
    expect(await screen.findByRole("img", { name: "Read" })).toBeVisible();
    expect(screen.getAllByText("new")).toHaveLength(1);
  });

  it("tells once that it was seen, and only while somebody looks", async () => {
    const focus = vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const onSeen = vi.fn();
    show([aMessage(1)], { toSee: unreadOf(2), onSeen });
    await screen.findByText("Message 1");
    expect(onSeen).not.toHaveBeenCalled();
    focus.mockReturnValue(true);
    window.dispatchEvent(new Event("focus"));
    await waitFor(() => expect(onSeen).toHaveBeenCalledTimes(1));
  });

  it("leaves alone what is marked unread while it is open, and not what comes after that", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    const onSeen = vi.fn();
    const view = show([aMessage(1)], { onSeen });
    await screen.findByText("Message 1");
    const becomes = (toSee: ToSee) =>
      view.again(
        <Thread conversationId={CONVERSATION} contactName="Ann" toSee={toSee} onSeen={onSeen} />,
      );
    becomes({ ...unreadOf(0), due: true });
    expect(onSeen).not.toHaveBeenCalled();
    becomes(unreadOf(1));
    expect(onSeen).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });

  it("marks what came while nobody looked, and not what comes while somebody reads", async () => {
    const focus = vi.spyOn(document, "hasFocus").mockReturnValue(true);
    const messages = [aMessage(1), aMessage(2)];
    const view = show(messages);
    await screen.findByText("Message 2");
    const comes = (message: Message, unread: number) => {
      view.live.apply<Pages<Message>>(keys.messages(CONVERSATION), (thread) =>
        applyMessage(thread, message),
      );
      view.again(
        <Thread
          conversationId={CONVERSATION}
          contactName="Ann"
          toSee={unreadOf(unread)}
          onSeen={() => undefined}
        />,
      );
    };
    comes(aMessage(3), 1);
    await screen.findByText("Message 3");
    expect(screen.queryByText(/new message/)).toBeNull();
    comes(aMessage(3), 0);
    focus.mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event("blur")));
    comes(aMessage(4), 1);
    comes(aMessage(5), 2);
    const line = await screen.findByText("2 new messages");
    focus.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event("focus")));
    comes(aMessage(5), 0);
    expect(line).toBeVisible();
    const four = screen.getByText("Message 4");
    expect(line.compareDocumentPosition(four)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(line.compareDocumentPosition(screen.getByText("Message 3"))).toBe(
      Node.DOCUMENT_POSITION_PRECEDING,
    );
  });

  it("breaks no rule of accessibility with every kind of message", async () => {
    const { container } = show([
      aMessage(1, {
        reply_to: { id: null, provider_id: "x", text: "quoted", direction: "outbound" },
      }),
      aMessage(2, { type: "location", content: { latitude: 1, longitude: 2, name: "Here" } }),
      aMessage(3, {
        type: "contacts",
        content: [{ name: { formatted_name: "Bob" }, phones: [{ phone: "+49" }] }],
      }),
      aMessage(4, {
        direction: "outbound",
        type: "interactive",
        content: {
          type: "list",
          body: { text: "Pick" },
          action: { button: "Menu", sections: [{ rows: [{ id: "a", title: "A" }] }] },
        },
      }),
      aMessage(5, {
        type: "order",
        content: {
          product_items: [
            { product_retailer_id: "X", quantity: 2, item_price: "1.5", currency: "EUR" },
          ],
        },
      }),
      aMessage(6, { type: "system", text: "Changed number" }),
      aMessage(7, { revoked_at: "2026-05-04T12:00:00Z" }),
      aMessage(8, {
        reactions: [
          { emoji: "👍", by: "contact" },
          { emoji: "🎉", by: "business" },
        ],
      }),
      aMessage(9, { direction: "note", text: "between us" }),
      aMessage(10, {
        direction: "outbound",
        type: "template",
        content: { name: "t", language: { code: "en" } },
      }),
    ]);
    await screen.findByText("quoted");
    expect(screen.getByText("€3.00", { selector: "li *" })).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
