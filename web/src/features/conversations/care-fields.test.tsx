import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { Conversation } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aTag, aTeam, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { CareFields } from "./care-fields";
import { ConversationActions } from "./conversation-actions";
import { useConversation } from "./queries";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas Meier" };
const ID = id("cnv", 1);

function Care() {
  const { data } = useConversation(ID);
  if (!data) return null;
  return (
    <>
      <ConversationActions conversation={data} />
      <CareFields
        conversation={data}
        users={[ME, JONAS]}
        teams={[aTeam(1), aTeam(2)]}
        tags={[aTag(1), aTag(2)]}
      />
      <Toasts />
    </>
  );
}

/** A hub that makes every change, or refuses all. */
async function show(first: Partial<Conversation> = {}, refuses = false) {
  let refuse: () => void = () => undefined;
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  let row = aConversation(1, first);
  const calls = stubHub({
    [`GET /conversations/${ID}`]: () => ({ body: row }),
    [`PATCH /conversations/${ID}`]: async ({ body }) => {
      if (refuses) {
        await refused;
        return refusal(403, "forbidden");
      }
      const { status = row.status, priority = row.priority } = body as Partial<Conversation>;
      row = { ...row, status, priority, seq: row.seq + 1 };
      return { body: row };
    },
  });
  const view = renderWithHub(<Care />);
  await screen.findByTestId("status");
  const sent = () => calls.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  return { ...view, sent, refuse };
}

describe("the care for a conversation", () => {
  beforeEach(logIn);

  it("is taken over with one press, or given to a colleague who is searched for", async () => {
    const { sent } = await show();
    await userEvent.click(screen.getByRole("button", { name: "Assign to me" }));
    await userEvent.click(screen.getByRole("button", { name: /^Assigned to:/ }));
    await userEvent.type(screen.getByRole("combobox", { name: "Search: Assigned to" }), "jon");
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
      expect.stringContaining("Jonas Meier"),
    ]);
    await userEvent.keyboard("{Enter}");
    await waitFor(() =>
      expect(sent()).toEqual([{ assignee_id: ME.id }, { assignee_id: JONAS.id }]),
    );
    expect(screen.queryByRole("combobox")).toBeNull();
  });

  it("moves to a team by the keys alone", async () => {
    const { sent } = await show();
    screen.getByTestId("team").focus();
    await userEvent.keyboard("{Enter}{ArrowDown}{ArrowDown}{Enter}");
    await waitFor(() => expect(sent()).toEqual([{ team_id: id("team", 2) }]));
  });

  it("takes and loses tags, several at a time", async () => {
    const { sent } = await show({ tags: [id("tag", 1), id("tag", 9)] });
    await userEvent.click(screen.getByTestId("add-tag"));
    await userEvent.click(screen.getByRole("option", { name: "Tag 2" }));
    await userEvent.click(screen.getByRole("option", { name: "Tag 1" }));
    await waitFor(() =>
      expect(sent()).toEqual([{ add_tags: [id("tag", 2)] }, { remove_tags: [id("tag", 1)] }]),
    );
  });

  it("shows a change at once, and takes it back with a word when the hub refuses", async () => {
    const { sent, refuse } = await show({}, true);
    const priority = screen.getByTestId("priority");
    await userEvent.click(priority);
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Urgent" }));
    expect(priority).toHaveTextContent("Urgent");
    refuse();
    expect(await screen.findByText("You may not do this.")).toBeVisible();
    await waitFor(() => expect(priority).toHaveTextContent("Normal"));
    expect(sent()).toEqual([{ priority: "urgent" }]);
  });

  it("says what each status means, and offers the way back from a closed one", async () => {
    const { sent } = await show();
    await userEvent.click(screen.getByTestId("status"));
    const closed = screen.getByRole("menuitemcheckbox", { name: /^Closed/ });
    expect(within(closed).getByText(/opens again when the customer writes/)).toBeVisible();
    await userEvent.click(closed);
    await screen.findByText("Customer 1 is closed");
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent()).toEqual([{ status: "closed" }, { status: "open" }]));
    expect(screen.queryByText("Customer 1 is closed")).toBeNull();
  });

  it("is put off for an hour, or until the customer writes", async () => {
    const { sent } = await show();
    await userEvent.click(screen.getByTestId("snooze"));
    await userEvent.click(screen.getByRole("menuitem", { name: /^1 hour/ }));
    await userEvent.click(screen.getByTestId("snooze"));
    await userEvent.click(screen.getByRole("menuitem", { name: "Until the customer writes" }));
    await waitFor(() => expect(sent()).toHaveLength(2));
    const [hour, open] = sent() as { status: string; snoozed_until?: string }[];
    const left = Date.parse(hour?.snoozed_until ?? "") - Date.now();
    expect(Math.round(left / 60_000)).toBeGreaterThanOrEqual(59);
    expect(open).toEqual({ status: "snoozed" });
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = await show({ tags: [id("tag", 1)] });
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(screen.getByTestId("add-tag"));
    expect(await accessibilityProblems(screen.getByRole("dialog"))).toEqual([]);
  });
});
