// What the hub gives to somebody: reserved until they accept it, or theirs at once.

import type { Conversation } from "@/lib/api/types";

/** Until when the person may accept it; null when there is nothing to accept. */
export function isOffered(row: Conversation, me: string | undefined): string | null {
  return me !== undefined && row.assignee?.id === me ? row.reserved_until : null;
}

export interface Given {
  row: Conversation;
  /** Null: it is theirs already. */
  until: string | null;
}

/** More than this were seen: the oldest are forgotten. */
const MAX_KNOWN = 5_000;

/** Finds out of the rows that the hub tells which conversations were just given to the person. */
export class Offers {
  /** Whose each was, and until when it was reserved for them. */
  private readonly known = new Map<string, { mine: boolean; until: string | null }>();
  private taking = 0;

  /** While the person takes one, what becomes theirs is no news. */
  async whileTaking<T>(take: () => Promise<T>): Promise<T> {
    this.taking += 1;
    try {
      return await take();
    } finally {
      this.taking -= 1;
    }
  }

  /** `before`: the row as the page had it, if it had. */
  note(row: Conversation, before: Conversation | undefined, me: string, now: number): Given | null {
    const mine = row.assignee?.id === me;
    const until = mine ? row.reserved_until : null;
    const known = this.known.get(row.id) ?? (before && stateOf(before, me));
    this.remember(row.id, { mine, until });
    if (!mine || row.status !== "open" || this.taking > 0) return null;
    if (until) return until !== known?.until && Date.parse(until) > now ? { row, until } : null;
    // It was seen as somebody else's or nobody's: else it may be theirs for long.
    return known && !known.mine ? { row, until: null } : null;
  }

  private remember(id: string, state: { mine: boolean; until: string | null }): void {
    this.known.delete(id);
    this.known.set(id, state);
    const oldest = this.known.keys().next();
    if (this.known.size > MAX_KNOWN && !oldest.done) this.known.delete(oldest.value);
  }
}

function stateOf(row: Conversation, me: string) {
  const mine = row.assignee?.id === me;
  return { mine, until: mine ? row.reserved_until : null };
}

/** Those of this page. */
export const offers = new Offers();
