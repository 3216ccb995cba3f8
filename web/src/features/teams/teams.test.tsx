import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Team } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aSession, aTeam, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { TeamsPage } from "./teams-page";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas", email: "jonas@x.test" };
const GONE = { ...ME, id: id("usr", 3), name: "Gone", disabled: true };
const SALES = aTeam(1, { name: "Sales", members: [{ id: ME.id, name: ME.name }] });

const SESSIONS = [aSession(), aSession({ id: id("ses", 2), name: "Service" })];
const MANUAL = aTeam(1).routing;

function show(first: Team[], refusal?: object) {
  let teams = first;
  const calls = stubHub({
    "GET /teams": () => ({ body: { data: teams, next_cursor: null } }),
    "POST /teams": () => ({ status: 201, body: SALES }),
    [`PATCH /teams/${SALES.id}`]: () =>
      refusal ? { status: 422, body: refusal } : { body: SALES },
    [`DELETE /teams/${SALES.id}`]: () => {
      teams = [];
      return { status: 204 };
    },
  });
  const changes = () => calls.filter(({ method }) => method !== "GET").map(({ body }) => body);
  return {
    ...renderWithHub(
      <main>
        <TeamsPage users={[ME, JONAS, GONE]} sessions={SESSIONS} />
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
    await waitFor(() =>
      expect(changes()).toEqual([
        { name: "Support", member_ids: [JONAS.id], session_ids: [], routing: MANUAL },
      ]),
    );
  });

  it("changes who is in it, and takes it out of use when that is meant", async () => {
    const { changes } = show([SALES]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    await userEvent.click(screen.getByRole("checkbox", { name: /Mara/ }));
    await userEvent.click(screen.getByRole("checkbox", { name: /Jonas/ }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(changes()).toEqual([
        { name: "Sales", member_ids: [JONAS.id], session_ids: [], routing: MANUAL },
      ]),
    );
    await userEvent.click(screen.getByRole("button", { name: "Take the team Sales out of use" }));
    const dialog = within(screen.getByRole("dialog", { name: "Take Sales out of use?" }));
    await userEvent.click(dialog.getByRole("button", { name: "Take out of use" }));
    expect(await screen.findByText("No teams yet")).toBeVisible();
  });

  it("gives out by rules, which a row tells", async () => {
    const support = aTeam(2, { name: "Support", session_ids: [id("ses", 2)] });
    const routing = {
      strategy: "least_loaded" as const,
      accept_seconds: 45,
      reply_goal_seconds: 300,
      overflow_team_id: support.id,
      overflow_seconds: 600,
    };
    const { changes } = show([{ ...SALES, session_ids: [id("ses", 1)], routing }, support]);
    const row = (await screen.findByText("To whoever has least")).closest("li") as HTMLElement;
    for (const said of ["accept in 45 s", "answer in 5 min", "after 10 min to Support", "Shop"]) {
      expect(row).toHaveTextContent(said);
    }
    await userEvent.click(screen.getByRole("button", { name: "Edit the team Sales" }));
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.click(dialog.getByRole("radio", { name: /In turn/ }));
    await userEvent.click(dialog.getByRole("checkbox", { name: /Reply goal/ }));
    const seconds = dialog.getByRole("spinbutton", { name: "Must be accepted: Seconds" });
    await userEvent.clear(seconds);
    await userEvent.type(seconds, "30");
    await userEvent.click(dialog.getByRole("checkbox", { name: /Service/ }));
    expect(dialog.getByText("Leaves Support")).toBeVisible();
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(changes()).toMatchObject([
        {
          session_ids: [id("ses", 1), id("ses", 2)],
          routing: {
            ...routing,
            strategy: "round_robin",
            accept_seconds: 30,
            reply_goal_seconds: null,
          },
        },
      ]),
    );
  });

  it("says at its field what the hub refuses", async () => {
    const errors = [{ field: "routing.overflow_team_id", message: "must be another team" }];
    show([SALES, aTeam(2)], { code: "validation_failed", title: "Invalid", status: 422, errors });
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const field = screen.getByRole("combobox", { name: "Help out" });
    await waitFor(() => expect(field).toBeInvalid());
    expect(field).toHaveAccessibleDescription("must be another team");
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([SALES]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
