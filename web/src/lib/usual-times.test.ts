import { describe, expect, it } from "vitest";
import { fieldTime, sendTimes, snoozeTimes } from "./usual-times";

const local = (at: string) => fieldTime(Date.parse(at));
const names = (now: Date) => snoozeTimes(now.getTime()).map(({ name, at }) => [name, local(at)]);

describe("the times to put something off to", () => {
  it("are mornings where one lives", () => {
    // A Wednesday.
    expect(names(new Date(2026, 4, 6, 15, 30))).toEqual([
      ["hour", "2026-05-06T16:30"],
      ["tomorrow", "2026-05-07T09:00"],
      ["monday", "2026-05-11T09:00"],
    ]);
  });

  it("have this morning among them for those who are up at night", () => {
    expect(names(new Date(2026, 4, 6, 3, 0))[1]).toEqual(["morning", "2026-05-06T09:00"]);
    expect(names(new Date(2026, 4, 6, 8, 0))[1]).toEqual(["tomorrow", "2026-05-07T09:00"]);
  });

  it("mean the Monday after on a Monday, and name no day twice on a Sunday", () => {
    expect(names(new Date(2026, 4, 4, 8, 0))[2]).toEqual(["monday", "2026-05-11T09:00"]);
    expect(names(new Date(2026, 4, 3, 8, 0)).map(([name]) => name)).toEqual(["hour", "tomorrow"]);
  });
});

describe("the times to send something at", () => {
  const names = (now: Date) => sendTimes(now.getTime()).map(({ name, at }) => [name, local(at)]);

  it("have the afternoon among them while it is to come", () => {
    expect(names(new Date(2026, 4, 6, 10, 30))).toEqual([
      ["hour", "2026-05-06T11:30"],
      ["afternoon", "2026-05-06T15:00"],
      ["tomorrow", "2026-05-07T09:00"],
      ["monday", "2026-05-11T09:00"],
    ]);
    for (const hour of [14, 15, 18]) {
      expect(names(new Date(2026, 4, 6, hour, 0)).map(([name]) => name)).toEqual([
        "hour",
        "tomorrow",
        "monday",
      ]);
    }
  });
});
