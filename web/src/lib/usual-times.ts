// The times to which people put things off. Pure.

/** When the day begins for those who put something off, and its second half. */
const MORNING = 9;
const AFTERNOON = 15;
const MONDAY = 1;

/** As the hub: a year at most. */
export const LONGEST_MS = 365 * 86_400_000;

interface UsualTime<Name extends string> {
  name: Name;
  at: string;
}

export type SnoozeTime = UsualTime<"hour" | "morning" | "tomorrow" | "monday">;
export type SendTime = UsualTime<"hour" | "morning" | "afternoon" | "tomorrow" | "monday">;

/** When a conversation may come back. Local times; on a Sunday, tomorrow is the next Monday already. */
export function snoozeTimes(now: number): SnoozeTime[] {
  return [inAnHour(now), ...today(now, "morning", MORNING), ...mornings(now)];
}

/** When a message may be sent. */
export function sendTimes(now: number): SendTime[] {
  return [
    inAnHour(now),
    ...today(now, "morning", MORNING),
    ...today(now, "afternoon", AFTERNOON),
    ...mornings(now),
  ];
}

/** An hour of this day, while it is more than an hour away. */
function today<N extends string>(now: number, name: N, hour: number): UsualTime<N>[] {
  const at = clock(now, 0, hour);
  return at > inAnHour(now).at ? [{ name, at }] : [];
}

function inAnHour(now: number) {
  return { name: "hour" as const, at: new Date(now + 3_600_000).toISOString() };
}

function mornings(now: number): UsualTime<"tomorrow" | "monday">[] {
  const weekday = new Date(now).getDay();
  const toMonday = (MONDAY - weekday + 7) % 7 || 7;
  const times: UsualTime<"tomorrow" | "monday">[] = [
    { name: "tomorrow", at: clock(now, 1, MORNING) },
  ];
  if (toMonday > 1) times.push({ name: "monday", at: clock(now, toMonday, MORNING) });
  return times;
}

/** Days are not always 24 hours long. */
function clock(now: number, days: number, hour: number): string {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date.toISOString();
}

/** As a field for date and time writes it, where one lives. */
export function fieldTime(at: number): string {
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offset).toISOString().slice(0, 16);
}
