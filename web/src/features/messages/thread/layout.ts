// Cuts a thread into days and groups. Pure, so that it can be tested without a screen.

import type { Message } from "@/lib/api/types";
import { dayKey } from "@/lib/format";
import type { ToSee } from "./use-seen";

/** Messages of one side closer together than this are one group. */
const GROUP_MS = 5 * 60_000;

export interface Line {
  message: Message;
  /** Begins a group: some air above, and the author's name. */
  first: boolean;
}

export interface Day {
  key: string;
  at: string;
  lines: Line[];
}

/** What the thread shows: reactions sit on their message unless they could not be delivered. */
export function isShown(message: Message): boolean {
  if (message.type === "reaction") return message.status === "failed";
  return message.type !== "edit" && message.type !== "revoke";
}

export function daysOf(messages: Message[]): Day[] {
  const days: Day[] = [];
  let before: Message | undefined;
  for (const message of messages) {
    if (!isShown(message)) continue;
    const key = dayKey(message.created_at);
    let day = days[days.length - 1];
    if (day?.key !== key) {
      day = { key, at: message.created_at, lines: [] };
      days.push(day);
      before = undefined;
    }
    day.lines.push({ message, first: !before || !belongTogether(before, message) });
    before = message;
  }
  return days;
}

/** About as many lines as a window shows. */
const TAIL = 12;

/** The end of a thread: its last lines, in their days. */
export function tailOf(days: Day[]): Day[] {
  const tail: Day[] = [];
  let room = TAIL;
  for (const day of days.toReversed()) {
    if (room <= 0) break;
    tail.unshift(day.lines.length > room ? { ...day, lines: day.lines.slice(-room) } : day);
    room -= day.lines.length;
  }
  return tail;
}

function belongTogether(a: Message, b: Message): boolean {
  return (
    a.direction === b.direction &&
    a.author?.type === b.author?.type &&
    a.author?.id === b.author?.id &&
    a.type !== "system" &&
    b.type !== "system" &&
    Date.parse(b.created_at) - Date.parse(a.created_at) < GROUP_MS
  );
}

/** How many messages of the customer a person has not seen, as far as the thread is there. */
export function countUnseen(messages: Message[], { unread, after }: ToSee): number {
  if (after === null) return unread;
  const theirs = messages.filter((message) => message.direction === "inbound" && isShown(message));
  const newer = theirs.filter(({ id }) => id > after).length;
  return newer === theirs.length ? Math.max(newer, unread) : newer;
}

/** The first of the `unread` latest messages of the customer. */
export function firstUnread(messages: Message[], unread: number): string | null {
  if (unread <= 0) return null;
  const theirs = messages.filter((message) => message.direction === "inbound" && isShown(message));
  return theirs.at(-unread)?.id ?? theirs[0]?.id ?? null;
}
