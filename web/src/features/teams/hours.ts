// When a team is at work as texts of a form, and back; and in a few words. Pure.

import type { Holiday, Hours, Opening } from "@/lib/api/types";
import { isolated, locale } from "@/lib/i18n";

/** As the hub: opening times of one day. */
export const MOST_OPENINGS = 6;
/** As the hub: some years of them. */
export const MOST_HOLIDAYS = 200;
/** The end of the day, which a field for a time of day can only call its beginning. */
const END_OF_DAY = "24:00";
const MIDNIGHT = "00:00";
const WORKING_DAYS = 5;
/** A day that is turned on begins with this. */
export const FIRST_OPENING: Opening = { from: "09:00", to: "17:00" };
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** What the fields say: `to` is `00:00` at the end of the day. */
export interface HoursTexts {
  /** No hours: always at work. */
  always: boolean;
  timeZone: string;
  /** Seven days, Monday first. */
  week: Opening[][];
  holidays: Holiday[];
}

/** `timeZone`: of somebody who has not chosen any. */
export function hoursTextsOf(hours: Hours | null, timeZone: string): HoursTexts {
  if (hours === null) {
    const week = Array.from({ length: 7 }, (_, day) => (day < WORKING_DAYS ? [FIRST_OPENING] : []));
    return { always: true, timeZone, week, holidays: [] };
  }
  const asFields = ({ from, to }: Opening) => ({ from, to: to === END_OF_DAY ? MIDNIGHT : to });
  return {
    always: false,
    timeZone: hours.time_zone,
    week: hours.week.map((openings) => openings.map(asFields)),
    holidays: hours.holidays,
  };
}

/** What the hub takes: the openings of a day and the holidays in their order. */
export function hoursOf({ always, timeZone, week, holidays }: HoursTexts): Hours | null {
  if (always) return null;
  const asSent = ({ from, to }: Opening) => ({ from, to: to === MIDNIGHT ? END_OF_DAY : to });
  return {
    time_zone: timeZone.trim(),
    week: week.map((openings) =>
      openings.map(asSent).sort((one, other) => one.from.localeCompare(other.from)),
    ),
    holidays: holidays
      .map(({ date, name }) => ({ date, name: name.trim() }))
      .sort((one, other) => one.date.localeCompare(other.date)),
  };
}

/** Tuesday to Friday as Monday. */
export function withMondayCopied(week: Opening[][]): Opening[][] {
  const [monday = []] = week;
  return week.map((openings, day) => (day < WORKING_DAYS ? monday : openings));
}

export function dayName(day: number, length: "long" | "short"): string {
  const format = new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: "UTC" });
  return format.format(MONDAY + day * DAY_MS);
}

/** "Mon–Fri 09:00–17:00, Sat 10:00–14:00": neighbouring days that are alike are said once. */
export function weekText(week: Opening[][]): string {
  const runs: { from: number; to: number; times: string }[] = [];
  for (const [day, openings] of week.entries()) {
    const times = openings.map(({ from, to }) => isolated(`${from}–${to}`)).join(" + ");
    const last = runs.at(-1);
    if (last && last.to === day - 1 && last.times === times) last.to = day;
    else if (times) runs.push({ from: day, to: day, times });
  }
  return runs
    .map(({ from, to, times }) => {
      const days = from === to ? [from] : [from, to];
      return `${days.map((day) => dayName(day, "short")).join("–")} ${times}`;
    })
    .join(", ");
}
