import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18n from "i18next";
import { beforeEach, describe, expect, it } from "vitest";
import type { Macro, MacroAction } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { accessibilityProblems } from "@/testing/axe";
import { aMacro, aTag, aTeam, id, ME } from "@/testing/builders";
import { logIn, type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { MacrosPage } from "./macros-page";
import { addable, added, inOrder, inUnits, stepWords } from "./steps";

const BEN = { ...ME, id: id("usr", 2), name: "Ben" };
const CHOICES = { users: [ME, BEN], teams: [aTeam(1)], tags: [aTag(1), aTag(2)] };
const ESCALATE = aMacro(1, {
  name: "Escalate",
  actions: [
    { do: "set_priority", priority: "urgent" },
    { do: "write_note", text: "Please\ncall back" },
    { do: "assign", assignee: BEN.id },
  ],
});
const LATER = aMacro(2, {
  name: "Later",
  owner_id: ME.id,
  actions: [{ do: "snooze", minutes: 120 }],
});

function show(macros: Macro[], reply: Reply = { status: 201, body: ESCALATE }) {
  const calls = stubHub({
    "GET /macros": () => ({ body: { data: macros, next_cursor: null } }),
    "POST /macros": () => reply,
    ...Object.fromEntries(
      macros.flatMap((macro) => [
        [`PUT /macros/${macro.id}`, () => ({ body: macro })],
        [`DELETE /macros/${macro.id}`, () => ({ status: 204 })],
      ]),
    ),
  });
  const sent = () => calls.filter(({ method }) => method !== "GET");
  return { ...renderWithHub(<MacrosPage choices={CHOICES} />), sent };
}

const addStep = async (name: string) => {
  await userEvent.click(screen.getByTestId("add-step"));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
};
const titles = () =>
  screen.getAllByRole("heading", { level: 4 }).map((heading) => heading.textContent);

describe("the macros' page", () => {
  beforeEach(logIn);

  it("makes a macro, whose steps stand in the order in which they are done", async () => {
    const { sent } = show([]);
    expect(await screen.findByText("No macros yet")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "New macro" }));
    await userEvent.click(screen.getByLabelText("Name"));
    await userEvent.paste("Thank and wait");
    await addStep("Snooze");
    await userEvent.clear(screen.getByLabelText("For"));
    await userEvent.type(screen.getByLabelText("For"), "3");
    await addStep("Add tags");
    await userEvent.click(screen.getByRole("checkbox", { name: "Tag 2" }));
    await addStep("Assign");
    await userEvent.selectOptions(screen.getByLabelText("To"), "Nobody");
    await addStep("Send a text");
    await userEvent.click(screen.getByLabelText("Text"));
    await userEvent.paste("Thank you, ");
    await userEvent.click(screen.getByRole("button", { name: "Customer's first name" }));
    expect(titles()).toEqual(["1. Send a text", "2. Assign", "3. Add tags", "4. Snooze"]);
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]?.body).toEqual({
      name: "Thank and wait",
      shared: true,
      actions: [
        { do: "send_text", text: "Thank you, {{contact.first_name}}" },
        { do: "assign", assignee: null },
        { do: "add_tags", tags: [id("tag", 2)] },
        { do: "snooze", minutes: 3 * 24 * 60 },
      ],
    });
  });

  it("says what each macro does, and asks before one is deleted", async () => {
    const { sent } = show([ESCALATE, LATER]);
    const shared = within(await screen.findByRole("list", { name: "Everybody's" }));
    const steps = shared.getAllByRole("listitem").map((item) => item.textContent);
    expect(steps.slice(1)).toEqual([
      "Write a note: Please call back",
      "Assign: Ben",
      "Set the priority: Urgent",
    ]);
    expect(screen.getByText("Snooze: 2 hours")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Delete Later" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(sent()[0]?.path).toBe(`/macros/${LATER.id}`));
  });

  it("lets agents change their own only", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    const { sent } = show([ESCALATE, LATER]);
    const shared = within(await screen.findByRole("list", { name: "Everybody's" }));
    expect(shared.queryByRole("button")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Edit Later" }));
    expect(screen.queryByLabelText(/For everybody/)).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: /Remove the step/ }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Add at least one step.")).toBeVisible();
    await addStep("Set the status");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(sent().map(({ body }) => body)).toEqual([
        { name: "Later", shared: false, actions: [{ do: "set_status", status: "closed" }] },
      ]),
    );
  });

  it("says at its step what the hub refuses, until the step is changed", async () => {
    const errors = [{ field: "actions.1.tags", message: "must be 1 to 20" }];
    const body = { ...(refusal(422, "validation_failed").body as object), errors };
    show([], { status: 422, body });
    await userEvent.click(await screen.findByRole("button", { name: "New macro" }));
    await userEvent.type(screen.getByLabelText("Name"), "x");
    await addStep("Add tags");
    await addStep("Assign");
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    const tags = await screen.findByRole("group", { name: "Tags" });
    await waitFor(() => expect(tags).toHaveAccessibleDescription("must be 1 to 20"));
    await userEvent.click(within(tags).getByRole("checkbox", { name: "Tag 1" }));
    expect(screen.queryByText("must be 1 to 20")).toBeNull();
  });

  it("says that there is no room for another one", async () => {
    show([], refusal(409, "limit_reached"));
    await userEvent.click(await screen.findByRole("button", { name: "New macro" }));
    await userEvent.type(screen.getByLabelText("Name"), "x");
    await addStep("Set the status");
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    expect(await screen.findByText(/There is no room for another one/)).toBeVisible();
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([ESCALATE, LATER]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit Escalate" }));
    await addStep("Add tags");
    await addStep("Snooze");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});

describe("the steps of a macro", () => {
  it("are there once each, and putting off excludes a status", () => {
    const all = addable([]);
    expect(all).toHaveLength(9);
    const some = added(added([], "snooze"), "send_text");
    expect(some.map((step) => step.do)).toEqual(["send_text", "snooze"]);
    expect(addable(some)).not.toContain("set_status");
    expect(addable(added([], "set_status"))).not.toContain("snooze");
    expect(inOrder([...some].reverse())).toEqual(some);
  });

  it("are put off for the largest unit that fits", () => {
    expect([30, 90, 120, 1440].map((minutes) => Object.values(inUnits(minutes)))).toEqual([
      [30, "minutes"],
      [90, "minutes"],
      [2, "hours"],
      [1, "days"],
    ]);
  });

  it("say so when what they name is gone", () => {
    const words = (step: MacroAction) => stepWords(step, CHOICES, i18n.t);
    expect(words({ do: "assign", assignee: id("usr", 9) })).toBe("Assign: No longer there");
    expect(words({ do: "set_team", team: id("team", 9) })).toMatch("No longer there");
    expect(words({ do: "remove_tags", tags: [id("tag", 1), id("tag", 9)] })).toBe(
      "Remove tags: Tag 1, No longer there",
    );
  });
});
