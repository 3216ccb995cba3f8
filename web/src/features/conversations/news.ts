// What happened in the rows that the hub tells: a contact wrote in a conversation of the person's or one that
// they take part in, or one began to
// wait for a team of theirs. Pure but for what it remembers.

import type { Conversation } from "@/lib/api/types";
import { isUnseen } from "./seen";

/** More than this were seen: the oldest are forgotten. */
const MAX_KNOWN = 5_000;
/** A row that was never seen is news only if it is that young: most are told for other reasons. */
const FRESH_MS = 60_000;

interface State {
  /** The last thing that the contact said, if it is the last of all. */
  heard: string | null;
  /** For which team it waits. */
  line: string | null;
}

export type RowNews = "messages" | "waiting";

export class RowWatch {
  private readonly known = new Map<string, State>();

  /** `before`: the row as the page had it, if it had; `teams`: those that the person is in. */
  note(
    row: Conversation,
    before: Conversation | undefined,
    me: string,
    teams: Set<string>,
    now: number,
  ): RowNews | null {
    const state = stateOf(row);
    const known = this.known.get(row.id) ?? (before && stateOf(before));
    this.remember(row.id, state);
    const young = (at: string | null | undefined) =>
      at !== null && at !== undefined && now - Date.parse(at) < FRESH_MS;
    const isMine = row.assignee?.id === me || row.participants.includes(me);
    if (isMine && state.heard && isUnseen(row)) {
      const news = known ? known.heard !== state.heard : young(row.last_message?.at);
      return news ? "messages" : null;
    }
    if (state.line && teams.has(state.line)) {
      const news = known ? known.line !== state.line : young(row.waiting_since ?? row.created_at);
      return news ? "waiting" : null;
    }
    return null;
  }

  private remember(id: string, state: State): void {
    this.known.delete(id);
    this.known.set(id, state);
    const oldest = this.known.keys().next();
    if (this.known.size > MAX_KNOWN && !oldest.done) this.known.delete(oldest.value);
  }
}

function stateOf(row: Conversation): State {
  const last = row.last_message;
  const waits = row.status === "open" && row.assignee === null;
  return {
    heard: last?.direction === "inbound" ? last.id : null,
    line: waits ? (row.team?.id ?? null) : null,
  };
}
