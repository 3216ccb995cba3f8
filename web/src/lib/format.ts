// How times, sizes and people are written.

import type { ContactBrief } from "./api/types";
import i18n, { isolated, locale } from "./i18n";

const DAY_MS = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Kept, because a long list that is scrolled asks for hundreds each second and making one is slow. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  formatters.set(key, known);
  return known;
}

export function clockTime(at: string): string {
  return formatter({ hour: "numeric", minute: "2-digit" }).format(new Date(at));
}

export function fullTime(at: string): string {
  return formatter({ dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** With its seconds. */
export function exactTime(at: number): string {
  return formatter({ timeStyle: "medium" }).format(at);
}

/** A key that is the same for two instants of the same local day. */
export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

function daysAgo(at: string, now: number): number {
  const midnight = (instant: number) => new Date(instant).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(new Date(at).getTime())) / DAY_MS);
}

/** "Today", "Yesterday", a weekday within the week, else the date. */
export function dayLabel(at: string, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0 || days === 1) {
    const text = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-days, "day");
    return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
  }
  if (days > 1 && days < 7) return formatter({ weekday: "long" }).format(new Date(at));
  return formatter({ day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
}

/** Short enough for the corner of a list row. */
export function rowTime(at: string, now: number): string {
  const days = daysAgo(at, now);
  if (days <= 0) return clockTime(at);
  if (days === 1) return dayLabel(at, now);
  if (days < 7) return formatter({ weekday: "short" }).format(new Date(at));
  return formatter({ day: "numeric", month: "short" }).format(new Date(at));
}

/** "4 min ago" */
export function ago(at: string, now: number): string {
  const seconds = Math.round((now - new Date(at).getTime()) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" });
  if (seconds < 45) return relative.format(0, "second");
  if (seconds < 3600) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), "hour");
  return relative.format(-Math.round(seconds / 86_400), "day");
}

/** "now", "12 sec. ago": finer than `ago`, for what should be heard of each second. */
export function silence(ms: number): string {
  if (ms >= 60_000) return ago(new Date(0).toISOString(), ms);
  const seconds = ms < 2_000 ? 0 : Math.round(ms / 1000);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" });
  return relative.format(-seconds, "second");
}

/** "2 h 05 min", "34 min" */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return i18n.t("time.minutes", { minutes });
  if (minutes % 60 === 0) return i18n.t("time.wholeHours", { hours });
  return i18n.t("time.hours", { hours, minutes: String(minutes % 60).padStart(2, "0") });
}

/** "34 min", "2 h", "3 d": how long something takes already, as coarse as a glance. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return i18n.t("time.minutes", { minutes });
  if (minutes < 1440) return i18n.t("time.wholeHours", { hours: Math.floor(minutes / 60) });
  return i18n.t("time.days", { days: Math.floor(minutes / 1440) });
}

/** "15:00" today, "Sat, 9:00" within the next six days, else "4 May, 9:00". */
export function soonTime(at: string, now: number): string {
  const days = -daysAgo(at, now);
  if (days === 0) return clockTime(at);
  const clock: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit" };
  const day: Intl.DateTimeFormatOptions =
    days > 0 && days < 7 ? { weekday: "short" } : { day: "numeric", month: "short" };
  return formatter({ ...day, ...clock }).format(new Date(at));
}

/** "tomorrow, 9:00" today and tomorrow, else as {@link soonTime}: the time of something that is to happen. */
export function plannedTime(at: string, now: number): string {
  const days = -daysAgo(at, now);
  if (days !== 0 && days !== 1) return soonTime(at, now);
  const day = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
  return i18n.t("time.onDay", { day, time: clockTime(at) });
}

/** "1:07" */
export function playTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.floor(seconds) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function wholeNumber(value: number): string {
  return value.toLocaleString(locale(), { maximumFractionDigits: 0 });
}

/** "3 ms" */
export function milliseconds(value: number): string {
  return value.toLocaleString(locale(), { style: "unit", unit: "millisecond" });
}

/** "one, two and three" */
export function listOf(items: string[]): string {
  return new Intl.ListFormat(locale()).format(items);
}

export function byteSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const figure = value.toLocaleString(locale(), { maximumFractionDigits: digits });
  return isolated(`${figure} ${units[unit]}`);
}

const phones = new Map<string, string>();
let writeNumber: ((plain: string) => string | undefined) | undefined;

/**
 * Fetches how each country writes its phone numbers: too much for what a page needs first. Then whatever shows texts
 * shows them anew.
 */
export async function loadNumbers(): Promise<void> {
  const { parsePhoneNumberFromString } = await import("libphonenumber-js/min");
  writeNumber = (plain) => parsePhoneNumberFromString(plain)?.formatInternational();
  phones.clear();
  i18n.emit("numbersLoaded");
}

/**
 * `4915112345678` → `+49 1511 2345678`, as its country writes it once {@link loadNumbers} is done; kept, because taking
 * a number apart is slow.
 */
export function phone(digits: string): string {
  const known = phones.get(digits);
  if (known) return known;
  const plain = `+${digits.replace(/\D/g, "")}`;
  const written = writeNumber?.(plain) ?? plain;
  phones.set(digits, written);
  return written;
}

/** What to call a contact. */
export function contactName(contact: ContactBrief): string {
  if (contact.name?.trim()) return contact.name;
  if (contact.username) return `@${contact.username.replace(/^@/, "")}`;
  if (contact.phone) return phone(contact.phone);
  return contact.user_id ?? i18n.t("contact.unnamed");
}

/** One or two letters for a face without a picture; empty for names without letters. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  if (!first) return "";
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letters = [...first].slice(0, 1).concat(last ? [...last].slice(0, 1) : []);
  return letters.join("").toLocaleUpperCase();
}

/** A hue that always belongs to the same id; spread so that neighbours differ. */
export function stableHue(id: string): number {
  let hash = 2166136261;
  for (const letter of id) {
    hash ^= letter.charCodeAt(0);
    hash = Math.imul(hash, 16777619);
  }
  return ((hash >>> 0) % 24) * 15;
}

/** "45 s", "5 min", "2 h", "1 h 30 min": a span that somebody set. */
export function exactSpan(seconds: number): string {
  return seconds % 60 === 0 || seconds > 600
    ? duration(seconds * 1000)
    : i18n.t("time.seconds", { seconds });
}

/** "0:42", "12:07", "1 h 05 min": a wait that is counted. */
export function countUp(ms: number): string {
  return ms < 3_600_000 ? playTime(Math.max(0, ms) / 1000) : duration(ms);
}
