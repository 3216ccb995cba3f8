// What people change is shown before the hub has agreed. Until it has, every state that comes from the hub is
// shown with what is still on its way to it; what the hub refuses leaves nothing behind.

import type {
  Conversation,
  ConversationStatus,
  Priority,
  TeamBrief,
  UserBrief,
} from "@/lib/api/types";

/** What a person changes about a conversation; absent means unchanged. */
export interface Change {
  status?: ConversationStatus;
  /** With the status `snoozed`: until when; absent: until the contact writes. */
  snoozed_until?: string | null;
  assignee?: UserBrief | null;
  team?: TeamBrief | null;
  priority?: Priority;
  add_tags?: string[];
  remove_tags?: string[];
  add_participants?: string[];
  remove_participants?: string[];
}

/** The conversation as the hub will answer it. */
export function changed(row: Conversation, change: Change): Conversation {
  const { status, snoozed_until, assignee, team, priority, add_tags, remove_tags } = change;
  const { add_participants, remove_participants } = change;
  const next = { ...row };
  if (status) {
    next.status = status;
    next.snoozed_until = status === "snoozed" ? (snoozed_until ?? null) : null;
    if (status === "closed") {
      next.waiting_since = null;
      // Nothing is owed any more.
      next.sla = [];
    }
  }
  if (assignee !== undefined) {
    next.assignee = assignee;
    // Whoever is named by hand need not accept.
    next.reserved_until = null;
  }
  if (team !== undefined) next.team = team;
  if (priority) next.priority = priority;
  if (add_tags || remove_tags) {
    next.tags = [...joined(row.tags, add_tags, remove_tags)];
  }
  if (add_participants || remove_participants) {
    const people = joined(row.participants, add_participants, remove_participants);
    next.participants = [...people].sort();
  }
  return next;
}

function joined(known: string[], added: string[] = [], removed: string[] = []): Set<string> {
  const next = new Set([...known, ...added]);
  for (const one of removed) next.delete(one);
  return next;
}

/** The same in the hub's words. */
export function bodyOf({ assignee, team, snoozed_until, ...rest }: Change) {
  return {
    ...rest,
    ...(snoozed_until && { snoozed_until }),
    ...(assignee !== undefined && { assignee_id: assignee?.id ?? null }),
    ...(team !== undefined && { team_id: team?.id ?? null }),
  };
}

/** What takes back a change of status: a sleep that would be over is none any more. */
export function statusOf(row: Conversation, now: number): Change {
  const until = row.snoozed_until;
  if (row.status === "snoozed" && until && Date.parse(until) <= now) return { status: "open" };
  return { status: row.status, snoozed_until: until };
}

interface Held {
  /** What the hub said last. */
  said: Conversation;
  guesses: Set<Change>;
}

const held = new Map<string, Held>();

const shown = ({ said, guesses }: Held) => [...guesses].reduce(changed, said);

/** A change goes to the hub: the conversation as it is shown from now on. */
export function hold(row: Conversation, guess: Change): Conversation {
  const entry = held.get(row.id) ?? { said: row, guesses: new Set() };
  held.set(row.id, entry);
  entry.guesses.add(guess);
  return shown(entry);
}

/** The hub said this: the same with what is still on its way. */
export function withGuesses(row: Conversation): Conversation {
  const entry = held.get(row.id);
  if (!entry) return row;
  if (row.seq < entry.said.seq) return row;
  entry.said = row;
  return shown(entry);
}

/** The hub has agreed or refused: the conversation as it is shown without the guess; null when nobody held it. */
export function release(id: string, guess: Change): Conversation | null {
  const entry = held.get(id);
  if (!entry?.guesses.delete(guess)) return null;
  if (entry.guesses.size === 0) held.delete(id);
  return shown(entry);
}
