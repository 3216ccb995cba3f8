import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { Conversation, Message } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, id } from "@/testing/builders";
import { type Call, logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { MessageActions } from "../thread/message-actions";
// Fetched already, so that no test waits for it.
import "./forward-dialog";

const OPEN = { window_expires_at: new Date(Date.now() + 3_600_000).toISOString() };
const TO = `POST /conversations/${id("cnv", 2)}/messages`;

function hub(rows: Conversation[], answer?: (call: Call) => { status?: number; body?: unknown }) {
  return stubHub({
    "GET /conversations": ({ query }) => {
      const q = query.get("q") ?? "";
      const data = rows.filter(({ contact }) => contact.name?.includes(q));
      return { body: { data, next_cursor: null } };
    },
    [TO]:
      answer ??
      (({ key }) => ({ status: 202, body: aMessage(9, { client_key: key, text: "Hi" }) })),
  });
}

function show(message: Message) {
  return renderWithHub(
    <>
      <MessageActions
        message={message}
        starred={false}
        onReply={() => undefined}
        onReact={() => undefined}
        onStar={() => undefined}
      />
      <Toasts />
    </>,
  );
}

async function open(message: Message) {
  const view = show(message);
  await userEvent.click(screen.getByRole("button", { name: "More actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Forward…" }));
  return { ...view, dialog: await screen.findByRole("dialog", { name: "Forward to" }) };
}

const A_FILE = aMessage(1, {
  type: "image",
  text: null,
  media: [
    {
      id: id("med", 1),
      mime_type: "image/png",
      filename: null,
      size: 10,
      state: "stored",
      url: "/x",
      voice: false,
      animated: false,
      error: null,
    },
  ],
});

describe("forwarding", () => {
  beforeEach(logIn);

  it("says the same in another conversation that was looked for", async () => {
    const rows = [1, 2, 3].map((number) => aConversation(number, OPEN));
    const calls = hub(rows);
    const { dialog, container } = await open(aMessage(1, { text: "Hi" }));
    await waitFor(() => expect(within(dialog).getAllByRole("radio")).toHaveLength(2));
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.type(within(dialog).getByLabelText("Search name or number"), "mer 2");
    await waitFor(() => expect(within(dialog).getAllByRole("radio")).toHaveLength(1));
    await userEvent.click(within(dialog).getByRole("radio", { name: "Customer 2" }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Forward to Customer 2" }));
    expect(await screen.findByText("Forwarded to Customer 2.")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const [sent] = calls.filter(({ method }) => method === "POST");
    expect(sent?.body).toEqual({ type: "text", text: { body: "Hi" } });
    expect(sent?.key).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("says where it can't go: files to another number, anything after the window", async () => {
    hub([
      aConversation(2, { ...OPEN, session_id: id("ses", 2) }),
      aConversation(3, { window_expires_at: null }),
      aConversation(4, OPEN),
    ]);
    const { dialog } = await open(A_FILE);
    expect(await within(dialog).findByRole("radio", { name: "Customer 2" })).toBeDisabled();
    expect(within(dialog).getByText(/^Writes to another number/)).toBeVisible();
    expect(within(dialog).getByRole("radio", { name: "Customer 3" })).toBeDisabled();
    expect(within(dialog).getByText(/only templates can be sent/)).toBeVisible();
    expect(within(dialog).getByRole("radio", { name: "Customer 4" })).toBeEnabled();
  });

  it("tells why the hub refused, and stays", async () => {
    hub([aConversation(2, OPEN)], () => refusal(409, "contact_opted_out"));
    const { dialog } = await open(aMessage(1, { text: "Hi" }));
    await userEvent.click(await within(dialog).findByRole("radio", { name: "Customer 2" }));
    await userEvent.click(within(dialog).getByTestId("forward-send"));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(/does not want/);
  });

  it("is not offered for notes", async () => {
    hub([]);
    show(aMessage(1, { direction: "note", provider_id: null }));
    await userEvent.click(screen.getByRole("button", { name: "More actions" }));
    expect(await screen.findByRole("menuitem", { name: "Copy text" })).toBeVisible();
    expect(screen.queryByRole("menuitem", { name: "Forward…" })).toBeNull();
  });
});
