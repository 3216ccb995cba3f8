import { describe, expect, it } from "vitest";
import { minutesOf, secondsOf } from "./minutes";
import { NO_PROMISE, slaOf, slaTextsOf } from "./sla";

const SLA = {
  first_reply_seconds: 90,
  reply_seconds: null,
  resolution_seconds: 28_800,
  in_hours: true,
  escalation: { priority: "high" as const, team_id: null },
};

describe("what a team promises", () => {
  it("comes back from the form as it went into it", () => {
    expect(slaTextsOf(SLA)).toMatchObject({ firstReplyMinutes: "1.5", resolutionMinutes: "480" });
    expect(slaOf(slaTextsOf(SLA), true)).toEqual(SLA);
    expect(slaOf(slaTextsOf(NO_PROMISE), true)).toEqual(NO_PROMISE);
  });

  it("counts all time where there are no hours", () => {
    expect(slaOf(slaTextsOf(SLA), false).in_hours).toBe(false);
  });

  it("has nothing that happens when it is late, if it can't be late or nothing is chosen", () => {
    const texts = slaTextsOf(SLA);
    const without = { ...texts, firstReplyMinutes: "", resolutionMinutes: " " };
    expect(slaOf(without, true).escalation).toBeNull();
    expect(slaOf({ ...texts, priority: "" }, true).escalation).toBeNull();
    expect(slaOf({ ...texts, priority: "", escalationTeam: "team_2" }, true).escalation).toEqual({
      priority: null,
      team_id: "team_2",
    });
  });
});

it("spans are minutes for people and seconds for the hub", () => {
  expect([minutesOf(null), minutesOf(300), minutesOf(100)]).toEqual(["", "5", "1.67"]);
  expect([secondsOf(""), secondsOf("5"), secondsOf("1.67")]).toEqual([null, 300, 100]);
});
