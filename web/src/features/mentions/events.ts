// What looking at a conversation does to the lists of mentions. Pure.

import type { Mention } from "@/lib/api/types";
import { mapItems, type Pages } from "@/lib/pages";

/** The unseen ones without those that were looked at. */
export function seeIn(list: Mention[], ids: string[]): Mention[] {
  const rest = list.filter(({ message }) => !ids.includes(message.id));
  return rest.length === list.length ? list : rest;
}

/** All of them, with the time at those that were looked at. */
export function seePages(pages: Pages<Mention>, ids: string[], at: string): Pages<Mention> {
  return mapItems(pages, (mention) =>
    ids.includes(mention.message.id) && mention.seen_at === null
      ? { ...mention, seen_at: at }
      : mention,
  );
}
