// What a star does to the lists of starred messages. Pure: the same list when nothing changes.

import type { Message, Starred } from "@/lib/api/types";
import { filterItems, insertSorted, mapItems, type Pages } from "@/lib/pages";

export function hasStar(list: Pages<Starred>, messageId: string): boolean {
  return list.pages.some((page) => page.data.some(({ message }) => message.id === messageId));
}

/** Newest star first. */
export function withStar(list: Pages<Starred>, starred: Starred): Pages<Starred> {
  if (hasStar(list, starred.message.id)) return list;
  return insertSorted(list, starred, (one, other) => one.starred_at > other.starred_at);
}

export function withoutStar(list: Pages<Starred>, messageId: string): Pages<Starred> {
  return hasStar(list, messageId)
    ? filterItems(list, ({ message }) => message.id !== messageId)
    : list;
}

/** A starred message was changed: its words, or it was taken back. */
export function renewStarred(list: Pages<Starred>, message: Message): Pages<Starred> {
  if (!hasStar(list, message.id)) return list;
  return mapItems(list, (starred) =>
    starred.message.id === message.id && starred.message.seq < message.seq
      ? { ...starred, message }
      : starred,
  );
}
