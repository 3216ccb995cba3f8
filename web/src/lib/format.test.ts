import { expect, it } from "vitest";
import {
  byteSize,
  contactName,
  dayLabel,
  duration,
  initials,
  listOf,
  milliseconds,
  phone,
  playTime,
  silence,
  stableHue,
  wholeNumber,
} from "./format";
import { needsTemplate, windowState } from "./window";

const NOW = new Date("2026-05-04T12:00:00").getTime();
const ago = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();

it("writes phone numbers so that one can read them aloud", () => {
  expect(phone("4915112345678")).toBe("+49 1511 2345678");
  expect(phone("15550100001")).toBe("+1 555 010 0001");
  expect(phone("353861234567")).toBe("+353 86 123 4567");
  expect(phone("+55 11 98765-4321")).toBe("+55 11 98765 4321");
  // No country has this code.
  expect(phone("999123456")).toBe("+999123456");
});

it("calls a contact by what is known", () => {
  const nobody = { id: "con_1", name: null, phone: null, user_id: null, username: null };
  expect(contactName({ ...nobody, name: "Ann", phone: "49151" })).toBe("Ann");
  expect(contactName({ ...nobody, username: "@ann.b" })).toBe("@ann.b");
  expect(contactName({ ...nobody, phone: "4915112345678" })).toBe("+49 1511 2345678");
  expect(contactName({ ...nobody, user_id: "US.1A" })).toBe("US.1A");
  expect(contactName(nobody)).toBe("Unknown contact");
});

it("finds initials in every script, and none where there are no letters", () => {
  expect(initials("Lena Hoffmann")).toBe("LH");
  expect(initials("emma de vries")).toBe("EV");
  expect(initials("ليلى حداد")).toBe("لح");
  expect(initials("+49 151")).toBe("");
  expect(initials("😀 Ann")).toBe("A");
});

it("gives an id the same colour for ever", () => {
  expect(stableHue("con_1")).toBe(stableHue("con_1"));
  expect(new Set(["a", "b", "c", "d", "e"].map(stableHue)).size).toBeGreaterThan(2);
});

it("names days as people do", () => {
  expect(dayLabel(ago(1), NOW)).toBe("Today");
  expect(dayLabel(ago(24), NOW)).toBe("Yesterday");
  expect(dayLabel(ago(72), NOW)).toBe("Friday");
  expect(dayLabel(ago(24 * 40), NOW)).toBe("March 25, 2026");
});

it("writes sizes and times", () => {
  expect(byteSize(999)).toBe("999 B");
  expect(byteSize(2_345_678)).toBe("2.3 MB");
  expect(duration(34 * 60_000)).toBe("34 min");
  expect(duration(125 * 60_000)).toBe("2 h 05 min");
  expect(playTime(67)).toBe("1:07");
  expect(playTime(Number.NaN)).toBe("0:00");
  expect(wholeNumber(1_234_567)).toBe("1,234,567");
  expect(milliseconds(1_800)).toBe("1,800 ms");
  expect(listOf(["1", "2", "3"])).toBe("1, 2, and 3");
});

it("says how long somebody has been silent, to the second at first", () => {
  const said = [400, 1_999, 2_000, 59_400, 61_000, 3 * 3_600_000].map(silence);
  expect(said).toEqual(["now", "now", "2 sec. ago", "59 sec. ago", "1 min. ago", "3 hr. ago"]);
});

it("knows the states of the 24-hour window", () => {
  expect(windowState(null, NOW)).toMatchObject({ state: "none" });
  expect(windowState(ago(-20), NOW)).toMatchObject({ state: "open" });
  expect(windowState(ago(-2.9), NOW)).toMatchObject({ state: "closing" });
  expect(windowState(ago(0), NOW)).toMatchObject({ state: "closed" });
  // A hub whose clock is ahead does not make the day longer.
  const ahead = windowState(ago(-24 - 1 / 60), NOW);
  expect(duration(ahead.leftMs)).toBe("24 h");
  expect(ahead.share).toBe(1);
  expect(windowState(ago(-12), NOW).share).toBeCloseTo(0.5);
  expect([null, ago(0)].every((at) => needsTemplate(windowState(at, NOW)))).toBe(true);
  expect(needsTemplate(windowState(ago(-0.1), NOW))).toBe(false);
});
