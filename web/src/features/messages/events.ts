// What an event does to a cached thread. Pure: data in, data out; the same object when nothing changes.

import type { Message } from "@/lib/api/types";
import { insertSorted, isComplete, type Pages, withPage } from "@/lib/pages";

/** Threads are kept as the hub lists them: newest first. Ids are time-ordered and sort as text. */
function precedes(message: Message, other: Message): boolean {
  return message.id > other.id;
}

/** Takes the latest state of a message into its thread: once, in order, never backwards. */
export function applyMessage(thread: Pages<Message>, message: Message): Pages<Message> {
  for (const [index, page] of thread.pages.entries()) {
    const at = page.data.findIndex((known) => known.id === message.id);
    const known = page.data[at];
    if (!known) continue;
    if (known.seq >= message.seq) return thread;
    return withPage(thread, index, page.data.with(at, message));
  }
  return reaches(thread, message) ? insertSorted(thread, message, precedes) : thread;
}

/** Whether a message lies within what was scrolled so far; older ones come with their page. */
function reaches(thread: Pages<Message>, message: Message): boolean {
  if (isComplete(thread)) return true;
  const oldest = thread.pages.findLast((page) => page.data.length > 0)?.data.at(-1);
  return oldest !== undefined && precedes(message, oldest);
}

/** The messages of a thread, oldest first, each once. */
export function messagesOf(thread: Pages<Message> | undefined): Message[] {
  const latest = new Map<string, Message>();
  for (const page of thread?.pages ?? []) {
    for (const message of page.data) {
      const known = latest.get(message.id);
      if (!known || known.seq < message.seq) latest.set(message.id, message);
    }
  }
  return [...latest.values()].sort((a, b) => (precedes(a, b) ? 1 : -1));
}
