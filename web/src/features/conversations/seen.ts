// What oneself has seen of a conversation. Pure. The hub has the same rule.

import type { Conversation, Seen } from "@/lib/api/types";

/**
 * Whether there is something for oneself to look at: one marked it so, or the contact waits for an answer to what one
 * has not seen. Who never looked at it has not seen what nobody has read either, answered or not.
 */
export function isUnseen(row: Conversation): boolean {
  const { seen, waiting_since, last_message, unread } = row;
  if (seen?.unread) return true;
  const waits = waiting_since !== null && last_message !== null;
  if (!seen?.message_id) return waits || unread > 0;
  return waits && last_message.id > seen.message_id;
}

/** What is told without saying what oneself has seen, with what was known of that. */
export function keepSeen(told: Conversation, known: Conversation | undefined): Conversation {
  return known === undefined || known.seen === told.seen ? told : { ...told, seen: known.seen };
}

export function seenAs(seen: Seen): (row: Conversation) => Conversation {
  return (row) => {
    const same = row.seen?.unread === seen.unread && row.seen.message_id === seen.message_id;
    return row.id !== seen.conversation_id || same ? row : { ...row, seen };
  };
}

/** Seen up to its end by oneself alone. */
export function markSeen(row: Conversation): Conversation {
  const message_id = row.last_message?.id ?? row.seen?.message_id ?? null;
  return seenAs({ conversation_id: row.id, message_id, unread: false })(row);
}

/** Unread for oneself alone. */
export function markUnread(row: Conversation): Conversation {
  const message_id = row.seen?.message_id ?? null;
  return seenAs({ conversation_id: row.id, message_id, unread: true })(row);
}

/** Shows a conversation as read before the hub has said so. */
export function markRead(row: Conversation): Conversation {
  const seen = markSeen(row);
  return seen.unread === 0 ? seen : { ...seen, unread: 0 };
}

/** What the thread marks as new, and whether the hub is to hear that it was looked at. */
export function toSee(row: Conversation) {
  const unseen = isUnseen(row);
  return {
    state: `${row.unread} ${row.last_message?.id ?? ""}`,
    // What one looked at silently waits for somebody to read it all the same.
    due: unseen || row.unread > 0,
    unread: unseen ? row.unread : 0,
    after: unseen ? (row.seen?.message_id ?? null) : null,
  };
}
