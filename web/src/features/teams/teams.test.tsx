import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { QueueFigures, Team } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aQueue, aSession, aTeam, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
// Fetched when it is first shown: not within the time that a test waits for it.
import "./team-dialog";
import { TeamsPage } from "./teams-page";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas", email: "jonas@x.test" };
const GONE = { ...ME, id: id("usr", 3), name: "Gone", disabled: true };
const SALES = aTeam(1, { name: "Sales", members: [{ id: ME.id, name: ME.name }] });

const SESSIONS = [aSession(), aSession({ id: id("ses", 2), name: "Service" })];
/** What a team has that nobody has touched. */
const { routing: MANUAL, sla, hours, away_message } = SALES;
const PLAIN = { routing: MANUAL, sla, hours, away_message };
const DAY = [{ from: "09:00", to: "17:00" }];
const HOURS = {
  time_zone: "Europe/Berlin",
  week: [DAY, DAY, DAY, DAY, DAY, [], []],
  holidays: [],
};

function show(first: Team[], refusal?: object, queues?: QueueFigures[]) {
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
        <TeamsPage users={[ME, JONAS, GONE]} sessions={SESSIONS} queues={queues} />
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
    await userEvent.type(await screen.findByLabelText("Name"), "Support");
    expect(screen.queryByRole("checkbox", { name: /Gone/ })).toBeNull();
    await userEvent.type(screen.getByRole("searchbox"), "x.test{Enter}");
    await userEvent.click(screen.getByRole("checkbox", { name: /Jonas/ }));
    await userEvent.click(screen.getByRole("button", { name: "Create the team" }));
    await waitFor(() =>
      expect(changes()).toEqual([
        { name: "Support", member_ids: [JONAS.id], session_ids: [], ...PLAIN },
      ]),
    );
  });

  it("changes who is in it, and takes it out of use when that is meant", async () => {
    const { changes } = show([SALES]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    await userEvent.click(await screen.findByRole("checkbox", { name: /Mara/ }));
    await userEvent.click(screen.getByRole("checkbox", { name: /Jonas/ }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(changes()).toEqual([{ member_ids: [JONAS.id] }]));
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
      overflow_team_id: support.id,
      overflow_seconds: 600,
      skill_seconds: null,
    };
    const { changes } = show([{ ...SALES, session_ids: [id("ses", 1)], routing }, support]);
    const row = (await screen.findByText("To whoever has least")).closest("li") as HTMLElement;
    for (const said of ["accept in 45 s", "after 10 min to Support", "Shop"]) {
      expect(row).toHaveTextContent(said);
    }
    await userEvent.click(screen.getByRole("button", { name: "Edit the team Sales" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("checkbox", { name: /Service/ }));
    expect(dialog.getByText("Leaves Support")).toBeVisible();
    await userEvent.click(dialog.getByRole("tab", { name: "Giving out" }));
    await userEvent.click(dialog.getByRole("radio", { name: /In turn/ }));
    const seconds = dialog.getByRole("spinbutton", { name: "Must be accepted: Seconds" });
    await userEvent.clear(seconds);
    await userEvent.type(seconds, "30");
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(changes()).toMatchObject([
        {
          session_ids: [id("ses", 1), id("ses", 2)],
          routing: {
            ...routing,
            strategy: "round_robin",
            accept_seconds: 30,
          },
        },
      ]),
    );
  });

  it("promises an answer, exactly as the hub takes it", async () => {
    const support = aTeam(2, { name: "Support" });
    const { changes } = show([{ ...SALES, hours: HOURS }, support]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("tab", { name: "Service levels" }));
    expect(dialog.queryByRole("checkbox", { name: /Count only/ })).toBeNull();
    await userEvent.click(dialog.getByRole("checkbox", { name: /First answer/ }));
    await userEvent.click(dialog.getByRole("checkbox", { name: /Solution/ }));
    await userEvent.click(dialog.getByRole("checkbox", { name: /Count only/ }));
    await userEvent.selectOptions(dialog.getByLabelText("Priority at least"), "Urgent");
    await userEvent.selectOptions(dialog.getByLabelText("Goes to"), "Support");
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    const promise = {
      first_reply_seconds: 300,
      reply_seconds: null,
      resolution_seconds: 28_800,
      in_hours: true,
      escalation: { priority: "urgent", team_id: support.id },
    };
    await waitFor(() =>
      // Nothing of what a colleague may have changed meanwhile.
      expect(changes()).toEqual([{ sla: promise }]),
    );
  });

  it("has hours and an away message, exactly as the hub takes them", async () => {
    const { changes } = show([{ ...SALES, hours: HOURS }]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("tab", { name: "Hours" }));
    const set = (label: string, value: string) =>
      fireEvent.change(dialog.getByLabelText(label), { target: { value } });
    set("Monday, until", "00:00");
    await userEvent.click(dialog.getByRole("button", { name: "Copy Monday to all weekdays" }));
    await userEvent.click(dialog.getByRole("checkbox", { name: "Friday" }));
    await userEvent.click(dialog.getByRole("button", { name: "Add a holiday" }));
    set("Date of holiday 1", "2026-12-25");
    set("Name of holiday 1", "Christmas");
    await userEvent.type(dialog.getByLabelText("Away message"), "Back at nine.");
    expect(dialog.getByText("13/4096")).toBeVisible();
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    const long = [{ from: "09:00", to: "24:00" }];
    await waitFor(() =>
      expect(changes()).toEqual([
        {
          hours: {
            time_zone: "Europe/Berlin",
            week: [long, long, long, long, [], [], []],
            holidays: [{ date: "2026-12-25", name: "Christmas" }],
          },
          away_message: "Back at nine.",
        },
      ]),
    );
  });

  it("shows what has to be mended before it is sent, wherever it stands", async () => {
    const { changes } = show([{ ...SALES, hours: HOURS }]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("tab", { name: "Hours" }));
    const second = { name: "Monday: one more opening" };
    await userEvent.click(dialog.getByRole("button", second));
    await userEvent.click(dialog.getByRole("tab", { name: "Members" }));
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    expect(dialog.getByRole("tab", { name: "Hours" })).toHaveAttribute("aria-selected", "true");
    expect(changes()).toEqual([]);
  });

  it("says at the day what the hub refuses about its hours", async () => {
    const errors = [{ field: "hours.week[2]", message: "must be one after the other" }];
    const refusal = { code: "validation_failed", title: "Invalid", status: 422, errors };
    const scroll = vi.spyOn(Element.prototype, "scrollIntoView");
    show([{ ...SALES, hours: HOURS }], refusal);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    await userEvent.click(await screen.findByRole("button", { name: "Save" }));
    const field = await screen.findByLabelText("Wednesday, from");
    await waitFor(() => expect(field).toBeInvalid());
    expect(field).toBeVisible();
    expect(field).toHaveAccessibleDescription("must be one after the other");
    // Away from the edge, where the tabs lie over it.
    expect(scroll.mock.contexts).toContain(field);
    expect(scroll).toHaveBeenLastCalledWith({ block: "center" });
    scroll.mockRestore();
    expect(screen.getByRole("tab", { name: "Hours: has something to mend" })).toBeVisible();
  });

  it("tells in its row what it promises and when it is at work", async () => {
    const promise = { ...SALES.sla, first_reply_seconds: 300, resolution_seconds: 28_800 };
    const team = { ...SALES, sla: promise, hours: HOURS };
    const { again } = show([team]);
    const row = (await screen.findByText("first answer in 5 min")).closest("li") as HTMLElement;
    expect(row).toHaveTextContent("solved in 8 h");
    expect(row).toHaveTextContent("Mon–Fri 09:00–17:00");
    const figures = (part: Partial<QueueFigures>) => (
      <TeamsPage users={[]} sessions={[]} queues={[aQueue(1, part)]} />
    );
    again(figures({}));
    expect(await screen.findByText("Open now")).toBeVisible();
    const opens_at = new Date(Date.now() + 60_000).toISOString();
    again(figures({ is_open: false, opens_at }));
    expect(await screen.findByText(/^Closed, opens .*\d:\d\d/)).toBeVisible();
  });

  it("says at its field what the hub refuses", async () => {
    const errors = [{ field: "routing.overflow_team_id", message: "must be another team" }];
    show([SALES, aTeam(2)], { code: "validation_failed", title: "Invalid", status: 422, errors });
    await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
    await userEvent.click(await screen.findByRole("button", { name: "Save" }));
    // Its part of the form comes to the front.
    const field = await screen.findByRole("combobox", { name: "Help out" });
    await waitFor(() => expect(field).toBeInvalid());
    expect(field).toHaveAccessibleDescription("must be another team");
  });

  // One test for each: together they take very long where something else has the processor.
  it.each(["Members", "Giving out", "Service levels", "Hours"])(
    "breaks no rule of accessibility: %s",
    async (name) => {
      const { container } = show([SALES]);
      await userEvent.click(await screen.findByRole("button", { name: "Edit the team Sales" }));
      await userEvent.click(await screen.findByRole("tab", { name }));
      if (name === "Hours") await userEvent.click(screen.getByRole("radio", { name: /opening/ }));
      expect(await accessibilityProblems(container)).toEqual([]);
    },
  );
});
