import { describe, expect, it } from "vitest";
import type { Hours, Opening } from "@/lib/api/types";
import { hoursOf, hoursTextsOf, weekText, withMondayCopied } from "./hours";

const DAY: Opening = { from: "09:00", to: "17:00" };
const weekOf = (days: Record<number, Opening[]>) =>
  Array.from({ length: 7 }, (_, day) => days[day] ?? []);
const HOURS: Hours = {
  time_zone: "Europe/Berlin",
  week: weekOf({ 0: [{ from: "00:00", to: "24:00" }], 5: [DAY] }),
  holidays: [{ date: "2026-12-25", name: "Christmas" }],
};

describe("the hours of a team", () => {
  it("come back from the form as they went into it", () => {
    expect(hoursOf(hoursTextsOf(HOURS, "UTC"))).toEqual(HOURS);
    expect(hoursOf(hoursTextsOf(null, "UTC"))).toBeNull();
  });

  it("end a day at midnight, which a field can only call 00:00", () => {
    const texts = hoursTextsOf(HOURS, "UTC");
    expect(texts.week[0]).toEqual([{ from: "00:00", to: "00:00" }]);
    const week = weekOf({ 4: [{ from: "18:00", to: "00:00" }] });
    expect(hoursOf({ ...texts, week })?.week[4]).toEqual([{ from: "18:00", to: "24:00" }]);
  });

  it("begin, where there were none, as an office's in the person's own time zone", () => {
    const texts = { ...hoursTextsOf(null, "America/Sao_Paulo"), always: false };
    expect(hoursOf(texts)).toEqual({
      time_zone: "America/Sao_Paulo",
      week: weekOf({ 0: [DAY], 1: [DAY], 2: [DAY], 3: [DAY], 4: [DAY] }),
      holidays: [],
    });
  });

  it("are sent in their order, however they were typed", () => {
    const late = { from: "13:00", to: "18:00" };
    const early = { from: "08:00", to: "12:00" };
    const texts = {
      always: false,
      timeZone: " UTC ",
      week: weekOf({ 2: [late, early] }),
      holidays: [
        { date: "2027-01-01", name: " New Year " },
        { date: "2026-12-25", name: "" },
      ],
    };
    expect(hoursOf(texts)).toEqual({
      time_zone: "UTC",
      week: weekOf({ 2: [early, late] }),
      holidays: [
        { date: "2026-12-25", name: "" },
        { date: "2027-01-01", name: "New Year" },
      ],
    });
  });

  it("copy Monday to the weekdays and leave the weekend alone", () => {
    const week = weekOf({ 0: [DAY], 2: [], 5: [{ from: "10:00", to: "14:00" }] });
    expect(withMondayCopied(week)).toEqual(
      weekOf({ 0: [DAY], 1: [DAY], 2: [DAY], 3: [DAY], 4: [DAY], 5: week[5] ?? [] }),
    );
  });

  it("are said in a few words", () => {
    const noon = [
      { from: "08:00", to: "12:00" },
      { from: "13:00", to: "24:00" },
    ];
    expect(weekText(weekOf({ 0: [DAY], 1: [DAY], 2: [DAY], 4: [DAY], 5: noon }))).toBe(
      "Mon–Wed 09:00–17:00, Fri 09:00–17:00, Sat 08:00–12:00 + 13:00–24:00",
    );
  });
});
