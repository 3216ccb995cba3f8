import { describe, expect, it } from "vitest";
import { changesOf } from "./changes";
import type { TeamForm } from "./queries";
import { BY_HAND } from "./routing";
import { NO_PROMISE } from "./sla";

const FORM: TeamForm = {
  name: "Sales",
  member_ids: ["usr_1", "usr_2"],
  session_ids: [],
  routing: BY_HAND,
  sla: NO_PROMISE,
  hours: { time_zone: "Europe/Berlin", week: [[], [], [], [], [], [], []], holidays: [] },
  away_message: "Back at nine.",
};

describe("what somebody changed about a team", () => {
  it("is nothing where all is as it was, in whatever order", () => {
    const again = { ...structuredClone(FORM), member_ids: ["usr_2", "usr_1"] };
    expect(changesOf(FORM, again)).toEqual({});
  });

  it("is each field whole, and what was taken away as null", () => {
    const sla = { ...NO_PROMISE, reply_seconds: 60 };
    const now = { ...FORM, sla, hours: null, away_message: null, member_ids: ["usr_1"] };
    expect(changesOf(FORM, now)).toEqual({
      sla,
      hours: null,
      away_message: null,
      member_ids: ["usr_1"],
    });
  });
});
