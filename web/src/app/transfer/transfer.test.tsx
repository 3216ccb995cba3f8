import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, anAgent, aTeam, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { closeTransfer } from "./transfer";
import { Transfer, TransferIcon } from "./transfer-button";
// Fetched already, so that no test waits for it.
import "./transfer-dialog";

vi.setConfig({ testTimeout: 20_000 });

const BEN = { ...ME, id: id("usr", 2), name: "Ben" };
const ANN = { ...ME, id: id("usr", 3), name: "Ann" };
const ROW = aConversation(1, { assignee: { id: ME.id, name: ME.name } });
const page = (data: unknown[]) => ({ body: { data, next_cursor: null } });

async function show() {
  const answers = { note: 200, change: 200 };
  const calls = stubHub({
    "GET /users": () => page([ME, BEN, ANN]),
    "GET /agents": () =>
      page([
        anAgent({ id: BEN.id, name: "Ben", state: "away" }),
        anAgent({ id: ANN.id, name: "Ann", state: "online" }),
      ]),
    "GET /teams": () => page([aTeam(1)]),
    [`POST /conversations/${ROW.id}/messages`]: () =>
      answers.note === 200
        ? { body: aMessage(1, { direction: "note" }) }
        : refusal(answers.note, "overloaded"),
    [`PATCH /conversations/${ROW.id}`]: () =>
      answers.change === 200 ? { body: ROW } : refusal(answers.change, "overloaded"),
  });
  renderWithHub(
    <>
      <TransferIcon id={ROW.id} />
      <Transfer conversation={ROW} />
      <Toasts />
    </>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Transfer…" }));
  // What holds its place until its code is there has the same name.
  await screen.findByRole("option", { name: "Team 1" });
  const dialog = screen.getByRole("dialog", { name: "Transfer the conversation" });
  const sent = () => calls.filter(({ method }) => method !== "GET");
  return { dialog, sent, answers };
}

const choose = (name: string) =>
  userEvent.selectOptions(screen.getByRole("combobox", { name: "To" }), name);
const write = (text: string) =>
  userEvent.type(screen.getByRole("textbox", { name: "Note (optional)" }), text);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

describe("the transfer of a conversation", () => {
  beforeEach(() => {
    logIn();
    closeTransfer();
  });

  it("says who is there, and offers them first", async () => {
    const { dialog } = await show();
    await within(dialog).findByRole("option", { name: "Ann · Online" });
    const options = within(dialog).getAllByRole("option");
    expect(options.map((option) => option.textContent)).toEqual([
      "Choose a colleague or a team",
      "Ann · Online",
      "Ben · Away",
      "Team 1",
    ]);
  });

  it("says at the field that nobody is chosen", async () => {
    const { sent } = await show();
    await press("Transfer");
    const field = screen.getByRole("combobox", { name: "To" });
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription("Choose a colleague or a team");
    await choose(BEN.id);
    expect(field).toBeValid();
    expect(sent()).toEqual([]);
  });

  it("writes the note, which calls the colleague, and then gives it to them", async () => {
    const { dialog, sent } = await show();
    expect(within(dialog).queryByRole("option", { name: ME.name })).toBeNull();
    await choose(BEN.id);
    await write("please call back");
    expect(await accessibilityProblems(dialog)).toEqual([]);
    await press("Transfer");
    await screen.findByText("Customer 1 was transferred to Ben");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent().map(({ method, body }) => [method, body])).toEqual([
      ["POST", { type: "note", text: { body: "@Ben please call back", mentions: [BEN.id] } }],
      ["PATCH", { assignee_id: BEN.id }],
    ]);
    expect(sent()[0]?.key).toBeTruthy();
    await press("Undo");
    await waitFor(() => expect(sent()).toHaveLength(3));
    expect(sent()[2]?.body).toEqual({ assignee_id: ME.id, team_id: null });
  });

  it("gives it to a team, without a note and without whoever had it", async () => {
    const { sent } = await show();
    await choose("Team 1");
    await press("Transfer");
    await screen.findByText("Customer 1 was transferred to Team 1");
    expect(sent().map(({ body }) => body)).toEqual([{ team_id: id("team", 1), assignee_id: null }]);
  });

  it("says that only the second half failed, and writes the note once", async () => {
    const { sent, answers } = await show();
    answers.change = 503;
    await choose(BEN.id);
    await write("hello");
    await press("Transfer");
    const alert = await screen.findByText(/^The note is written, but/);
    expect(alert.closest("[role=alert]")).toBeVisible();
    await waitFor(() =>
      expect(screen.getByRole("textbox", { name: "Note (optional)" })).toBeDisabled(),
    );
    answers.change = 200;
    await press("Try again");
    await waitFor(() => expect(sent()).toHaveLength(3));
    expect(sent().map(({ method }) => method)).toEqual(["POST", "PATCH", "PATCH"]);
  });

  it("asks for the same note under the same key, and transfers nothing before it is there", async () => {
    const { sent, answers } = await show();
    answers.note = 503;
    await choose(BEN.id);
    await write("hello");
    await press("Transfer");
    await waitFor(() => expect(screen.getByRole("alert")).toBeVisible());
    answers.note = 200;
    await press("Transfer");
    await waitFor(() => expect(sent()).toHaveLength(3));
    expect(sent().map(({ method }) => method)).toEqual(["POST", "POST", "PATCH"]);
    expect(sent()[0]?.key).toBe(sent()[1]?.key);
  });
});
