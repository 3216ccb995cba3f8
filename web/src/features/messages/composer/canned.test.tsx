import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { CannedResponse, ContactBrief } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aCannedResponse, aConversation, aMessage, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { Composer } from "./composer";

const CONVERSATION = id("cnv", 1);
const TEXTS = [
  aCannedResponse(1, {
    shortcut: "hello",
    text: "Hello {{contact.first_name}}, this is {{agent.name}}.\nHow can I help?",
  }),
  aCannedResponse(2, { shortcut: "hours", text: "We are open from 10 to 18." }),
  aCannedResponse(3, { shortcut: "refund", text: "The money is back within ten hours." }),
];

async function show(texts: CannedResponse[] = TEXTS, contact: Partial<ContactBrief> = {}) {
  const hub = { texts };
  const calls = stubHub({
    [`POST /conversations/${CONVERSATION}/messages`]: ({ key }) => ({
      status: 202,
      body: aMessage(2, { direction: "outbound", client_key: key }),
    }),
    [`POST /conversations/${CONVERSATION}/typing`]: () => ({ status: 204 }),
    "GET /canned-responses": () => ({ body: { data: hub.texts, next_cursor: null } }),
  });
  const row = aConversation(1, { window_expires_at: new Date(Date.now() + 7e7).toISOString() });
  const conversation = { ...row, contact: { ...row.contact, ...contact } };
  const view = renderWithHub(<Composer conversation={conversation} contactName="Ann" />);
  if (texts.length > 0) await screen.findByText("Write / for a canned response");
  const sent = () => calls.filter((call) => call.path.endsWith("/messages"));
  return { ...view, hub, calls, sent };
}

const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");
const type = (keys: string) => userEvent.type(input(), keys);
const options = () =>
  screen
    .queryAllByRole("option")
    .map((option) => option.textContent?.match(/^\/\w+?(?=[A-Z])/)?.[0]);

describe("canned responses", () => {
  beforeEach(logIn);

  it("come by their shortcut, filled in, to be read before they are sent", async () => {
    const { sent } = await show();
    await type("/");
    expect(options()).toEqual(["/hello", "/hours", "/refund"]);
    expect(screen.getByRole("listbox", { name: "Canned responses" })).toBeVisible();
    await type("hel");
    expect(options()).toEqual(["/hello"]);
    await type("{Enter}");
    expect(input()).toHaveValue("Hello Customer, this is Mara.\nHow can I help?");
    expect(sent()).toEqual([]);
    await type("{Enter}");
    await waitFor(() => expect(sent()).toHaveLength(1));
  });

  it("are found by what they say too, after those that are called like it", async () => {
    await show();
    await type("/hour");
    expect(options()).toEqual(["/hours", "/refund"]);
    await type("{ArrowDown}{Tab}");
    expect(input()).toHaveValue("The money is back within ten hours.");
    expect(input()).toHaveFocus();
  });

  it("come into an empty line between others, and nowhere else", async () => {
    await show();
    await type("and/");
    expect(options()).toEqual([]);
    await type("{Shift>}{Enter}{/Shift}/ho{Enter}");
    expect(input()).toHaveValue("and/\nWe are open from 10 to 18.");
    await type("{Shift>}{Enter}{/Shift}");
    input().setSelectionRange(0, 0);
    await userEvent.keyboard("/");
    expect(options()).toEqual([]);
  });

  it("leave the slash to who closes the list", async () => {
    const { sent } = await show();
    await type("/ho{Escape}");
    expect(input()).toHaveValue("/ho");
    expect(options()).toEqual([]);
    await type("w{Enter}");
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]?.body).toEqual({ type: "text", text: { body: "/how" } });
  });

  it("keep a mistyped shortcut from the customer", async () => {
    const { sent } = await show();
    await type("/helo{Enter}");
    expect(screen.getByText(/No canned response is called that/)).toBeVisible();
    expect(input()).toHaveValue("/helo");
    expect(sent()).toEqual([]);
    await userEvent.click(screen.getByTestId("composer-send"));
    await waitFor(() => expect(sent()).toHaveLength(1));
  });

  it("leave no hole where a name is not known", async () => {
    await show(TEXTS, { name: null });
    await type("/hello{Enter}");
    expect(input()).toHaveValue("Hello, this is Mara.\nHow can I help?");
  });

  it("stand in nobody's way where there are none", async () => {
    const { sent } = await show([]);
    await type("/hello{Enter}");
    await waitFor(() => expect(sent()).toHaveLength(1));
  });

  it("are asked for once, and again when somebody changed them", async () => {
    const { client, hub, calls, again } = await show();
    const asked = () => calls.filter((call) => call.path === "/canned-responses").length;
    again(<Composer key="2" conversation={aConversation(2)} contactName="Bob" />);
    again(<Composer key="1" conversation={aConversation(1)} contactName="Ann" />);
    expect(asked()).toBe(1);
    hub.texts = [];
    await client.invalidateQueries({ queryKey: keys.anyCannedResponses });
    expect(asked()).toBe(2);
  });

  it("break no rule of accessibility", async () => {
    const { container } = await show();
    await type("/");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
