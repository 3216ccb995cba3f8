// What slept until a time and wakes. The hub tells only the row as it is then: that it slept, the page has to know.

import type { Conversation } from "@/lib/api/types";

/** So far may the clock of this device be behind the hub's. */
const CLOCK_MS = 30_000;
/** More than this sleep: the oldest are forgotten. */
const MAX_KNOWN = 5_000;

/** Finds out of the rows that the hub tells which conversations of the person were just woken by time. */
export class Wakes {
  /** Until when each sleeps. */
  private readonly asleep = new Map<string, number>();

  /** `before`: the row as the page had it, if it had. */
  note(row: Conversation, before: Conversation | undefined, me: string, now: number): boolean {
    const until = before ? sleepOf(before) : this.asleep.get(row.id);
    this.know(row);
    if (!isAwake(row, me) || until === undefined) return false;
    // Earlier, somebody woke it: a colleague by hand, or the customer, whose message is told.
    return until - now < CLOCK_MS;
  }

  /** It sleeps, or sleeps no more. */
  know(row: Conversation): void {
    this.asleep.delete(row.id);
    const until = sleepOf(row);
    if (until === undefined) return;
    this.asleep.set(row.id, until);
    const oldest = this.asleep.keys().next();
    if (this.asleep.size > MAX_KNOWN && !oldest.done) this.asleep.delete(oldest.value);
  }
}

function sleepOf({ status, snoozed_until: until }: Conversation): number | undefined {
  return status === "snoozed" && until ? Date.parse(until) : undefined;
}

/** Whether it is the person's and does not sleep. */
export function isAwake(row: Conversation, me: string): boolean {
  return row.assignee?.id === me && row.status === "open";
}

/** Those of this page. */
export const wakes = new Wakes();
