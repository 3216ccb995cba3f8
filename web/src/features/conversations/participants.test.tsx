import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { Conversation } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { CareFields } from "./care-fields";
import { changed } from "./guesses";
import { useConversation } from "./queries";

const BEN = { ...ME, id: id("usr", 2), name: "Ben Carter" };
const ANA = { ...ME, id: id("usr", 3), name: "Ana Souza" };
const GONE = { ...ME, id: id("usr", 4), name: "Bo Gone", disabled: true };
const USERS = [ME, BEN, ANA, GONE];
const ID = id("cnv", 1);

function Care() {
  const { data } = useConversation(ID);
  return (
    <>
      {data && <CareFields conversation={data} users={USERS} teams={[]} tags={[]} />}
      <Toasts />
    </>
  );
}

/** A hub that makes every change, or refuses all. */
async function show(first: Partial<Conversation> = {}, refuses = false) {
  let row = aConversation(1, first);
  const calls = stubHub({
    [`GET /conversations/${ID}`]: () => ({ body: row }),
    [`PATCH /conversations/${ID}`]: ({ body }) => {
      if (refuses) return refusal(403, "forbidden");
      row = { ...changed(row, body as object), seq: row.seq + 1 };
      return { body: row };
    },
  });
  const view = renderWithHub(<Care />);
  const group = within(await screen.findByRole("group", { name: "Taking part" }));
  const sent = () => calls.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  const names = () => group.queryAllByTestId("participant").map(({ textContent }) => textContent);
  return { ...view, group, sent, names };
}

describe("those who take part in a conversation", () => {
  beforeEach(logIn);

  it("are oneself by one press, and by another one no longer", async () => {
    const { sent, names } = await show();
    await userEvent.click(screen.getByRole("button", { name: "Join" }));
    expect(names()).toEqual([expect.stringContaining("Mara")]);
    const leave = screen.getByRole("button", { name: "Leave" });
    expect(leave).toHaveFocus();
    await userEvent.click(leave);
    expect(names()).toEqual([]);
    await waitFor(() =>
      expect(sent()).toEqual([{ add_participants: [ME.id] }, { remove_participants: [ME.id] }]),
    );
  });

  it("are colleagues who are searched for, without the assignee and who is gone", async () => {
    const assignee = { id: ME.id, name: ME.name };
    const { sent, names } = await show({ assignee });
    expect(screen.queryByRole("button", { name: "Join" })).toBeNull();
    screen.getByTestId("add-participant").focus();
    await userEvent.keyboard("{Enter}");
    const field = await screen.findByRole("combobox", { name: "Search: Taking part" });
    const options = screen.getAllByRole("option").map(({ textContent }) => textContent);
    expect(options).toEqual([
      expect.stringContaining("Ben Carter"),
      expect.stringContaining("Ana Souza"),
    ]);
    await userEvent.type(field, "an{Enter}");
    expect(names()).toEqual([expect.stringContaining("Ana Souza")]);
    await waitFor(() => expect(sent()).toEqual([{ add_participants: [ANA.id] }]));
  });

  it("go by the cross at their names, and the focus stays among them", async () => {
    const { group, sent, names } = await show({ participants: [BEN.id, GONE.id] });
    expect(names()).toEqual([
      expect.stringContaining("Ben Carter"),
      expect.stringContaining("Bo Gone"),
    ]);
    await userEvent.click(group.getByRole("button", { name: "Remove Ben Carter" }));
    expect(names()).toEqual([expect.stringContaining("Bo Gone")]);
    expect(screen.getByRole("group", { name: "Taking part" })).toHaveFocus();
    await waitFor(() => expect(sent()).toEqual([{ remove_participants: [BEN.id] }]));
  });

  it("are as they were when the hub refuses", async () => {
    const { names } = await show({}, true);
    await userEvent.click(screen.getByRole("button", { name: "Join" }));
    expect(await screen.findByText("You may not do this.")).toBeVisible();
    expect(names()).toEqual([]);
  });

  it("are so many and no more", async () => {
    const many = Array.from({ length: 20 }, (_, number) => id("usr", 50 + number));
    await show({ participants: many });
    expect(screen.getByText("No more than 20 can take part.")).toBeVisible();
    expect(screen.queryByTestId("add-participant")).toBeNull();
    expect(screen.queryByRole("button", { name: "Join" })).toBeNull();
  });

  it("break no rule of accessibility", async () => {
    const { container } = await show({ participants: [BEN.id] });
    await userEvent.click(screen.getByTestId("add-participant"));
    await screen.findByRole("combobox");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
