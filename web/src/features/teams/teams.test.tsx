import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Team } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aTeam, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { TeamsPage } from "./teams-page";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas", email: "jonas@x.test" };
const GONE = { ...ME, id: id("usr", 3), name: "Gone", disabled: true };
const SALES = aTeam(1, { name: "Sales", members: [{ id: ME.id, name: ME.name }] });

function show(first: Team[]) {
  let teams = first;
  const calls = stubHub({
    "GET /teams": () => ({ body: { data: teams, next_cursor: null } }),
    "POST /teams": () => ({ status: 201, body: SALES }),
    [`PATCH /teams/${SALES.id}`]: () => ({ body: SALES }),
    [`DELETE /teams/${SALES.id}`]: () => {
      teams = [];
      return { status: 204 };
    },
  });
  const changes = () => calls.filter(({ method }) => method !== "GET").map(({ body }) => body);
  return {
    ...renderWithHub(
      <main>
        <TeamsPage users={[ME, JONAS, GONE]} />
      </main>,
    ),
    changes,
  };
}

describe("the teams' page", () => {
  beforeEach(logIn);

  it("says what teams are for, and makes one of those who are searched and ticked", async () => {
    const { changes } = show([]);
    expect(await screen.findByText("No teams yet")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "New team" }));
    await userEvent.type(screen.getByLabelText("Name"), "Support");
    expect(screen.queryByRole("checkbox", { name: /Gone/ })).toBeNull();
    await userEvent.type(screen.getByRole("searchbox"), "x.test{Enter}");
    await userEvent.click(screen.getByRole("checkbox", { name: /Jonas/ }));
    await userEvent.click(screen.getByRole("button", { name: "Create the team" }));
    await waitFor(() => expect(changes()).toEqual([{ name: "Support", member_ids: [JONAS.id] }]));
  });

  it("changes who is in it, and takes it out of use when that is meant", async () => {
    const { changes } = show([SALES]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    await userEvent.click(screen.getByRole("checkbox", { name: /Mara/ }));
    await userEvent.click(screen.getByRole("checkbox", { name: /Jonas/ }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(changes()).toEqual([{ name: "Sales", member_ids: [JONAS.id] }]));
    await userEvent.click(screen.getByRole("button", { name: "Take the team Sales out of use" }));
    const dialog = within(screen.getByRole("dialog", { name: "Take Sales out of use?" }));
    await userEvent.click(dialog.getByRole("button", { name: "Take out of use" }));
    expect(await screen.findByText("No teams yet")).toBeVisible();
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([SALES]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
