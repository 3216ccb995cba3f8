// Whom the person gave conversations to. What others do with a conversation of theirs is news; this is not.

/** The last one to whom each was given; null: to nobody. */
const given = new Map<string, string | null>();

interface Move {
  assignee?: { id: string } | null | undefined;
}

/** Absent: it stays where it is. */
export function noteMove(conversationId: string, { assignee }: Move): void {
  if (assignee !== undefined) given.set(conversationId, assignee?.id ?? null);
}

/** It is theirs: what they did with it before is over. */
export function forgetMove(conversationId: string): void {
  given.delete(conversationId);
}

/** Whether it went there by the person's own hand; what comes after it is another matter. */
export function takeMove(conversationId: string, to: string | null): boolean {
  const own = given.get(conversationId) === to;
  given.delete(conversationId);
  return own;
}
