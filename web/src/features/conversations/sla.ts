// What a team promised and is nearly due, or late. Pure.

import type { Conversation, SlaMark } from "@/lib/api/types";

/** The mark that is due first; null when nothing presses. */
export function mostPressing(row: Pick<Conversation, "sla">): SlaMark | null {
  return row.sla.reduce<SlaMark | null>(
    (first, mark) => (first && Date.parse(first.due_at) <= Date.parse(mark.due_at) ? first : mark),
    null,
  );
}

/** Whether the mark is about an answer, so that how long the customer waits is said by it. */
export function isAboutAnswer(mark: SlaMark | null): boolean {
  return mark !== null && mark.goal !== "resolution";
}

/** Heard of later than this, it is no news any more. */
const NEWS_MS = 2 * 60_000;
/** More than this were told: the oldest are forgotten. */
const MAX_TOLD = 5_000;

/** Finds out of the rows that the hub tells which promises of the person were just not kept. */
export class Lateness {
  private readonly told = new Set<string>();

  /** `before`: the row as the page had it, if it had. */
  note(
    row: Conversation,
    before: Conversation | undefined,
    me: string,
    now: number,
  ): SlaMark | null {
    const known = new Set(before && keysOf(before));
    const news = lateOf(row).find((mark) => {
      const key = keyOf(row, mark);
      const fresh = before !== undefined || now - Date.parse(mark.due_at) < NEWS_MS;
      return fresh && !this.told.has(key) && !known.has(key);
    });
    // Somebody else's as well: that it was late already is no news to whoever gets it.
    this.know(row);
    return news && row.assignee?.id === me ? news : null;
  }

  /** What is late there is no news any more. */
  know(row: Conversation): void {
    for (const key of keysOf(row)) {
      this.told.delete(key);
      this.told.add(key);
      const oldest = this.told.keys().next();
      if (this.told.size > MAX_TOLD && !oldest.done) this.told.delete(oldest.value);
    }
  }
}

function lateOf(row: Conversation): SlaMark[] {
  return row.sla.filter(({ stage }) => stage === "breached");
}

function keysOf(row: Conversation): string[] {
  return lateOf(row).map((mark) => keyOf(row, mark));
}

function keyOf({ id }: Conversation, { goal, since }: SlaMark): string {
  return `${id} ${goal} ${since}`;
}

/** Whether something of the person is late. */
export function isLate(row: Conversation, me: string): boolean {
  return row.assignee?.id === me && lateOf(row).length > 0;
}

/** That of this page. */
export const lateness = new Lateness();
