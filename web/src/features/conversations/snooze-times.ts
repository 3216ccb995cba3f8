// When a conversation may come back, as people think of it. Pure.

/** When the day begins for those who put something off. */
const MORNING = 9;
const MONDAY = 1;

export interface SnoozeTime {
  name: "hour" | "tomorrow" | "monday";
  at: string;
}

/** Local times; on a Sunday, tomorrow is the next Monday already. */
export function snoozeTimes(now: number): SnoozeTime[] {
  const weekday = new Date(now).getDay();
  const toMonday = (MONDAY - weekday + 7) % 7 || 7;
  const times: SnoozeTime[] = [
    { name: "hour", at: new Date(now + 3_600_000).toISOString() },
    { name: "tomorrow", at: morning(now, 1) },
  ];
  if (toMonday > 1) times.push({ name: "monday", at: morning(now, toMonday) });
  return times;
}

/** Days are not always 24 hours long. */
function morning(now: number, days: number): string {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(MORNING, 0, 0, 0);
  return date.toISOString();
}

/** As a field for date and time writes it, where one lives. */
export function fieldTime(at: number): string {
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offset).toISOString().slice(0, 16);
}
