// Everything that the filters of the inbox find, page by page.

import { api } from "@/lib/api/client";
import type { Conversation, Page } from "@/lib/api/types";
import type { InboxFilters } from "@/lib/keys";
import { listQuery } from "../queries";
import { isBusy, MAX_TRIES, pause, waitOf } from "./patience";
import { MAX_SELECTED } from "./selection";

/** As many as the hub gives at once. */
const PAGE = 200;

interface Found {
  rows: Conversation[];
  /** There is more than may be selected. */
  cut: boolean;
}

/** `onCount` hears how many there are so far. */
export async function findAll(
  filters: InboxFilters,
  onCount: (count: number) => void,
  stop: AbortSignal,
): Promise<Found> {
  // While it is asked, conversations move: each counts once.
  const found = new Map<string, Conversation>();
  let cursor: string | null = null;
  do {
    const page: Page<Conversation> = await fetchPage(filters, cursor, stop);
    for (const row of page.data) found.set(row.id, row);
    cursor = page.next_cursor;
    onCount(Math.min(found.size, MAX_SELECTED));
  } while (cursor && found.size < MAX_SELECTED);
  const cut = cursor !== null || found.size > MAX_SELECTED;
  return { rows: [...found.values()].slice(0, MAX_SELECTED), cut };
}

async function fetchPage(filters: InboxFilters, cursor: string | null, stop: AbortSignal) {
  for (let tries = 1; ; tries += 1) {
    stop.throwIfAborted();
    try {
      const query = { ...listQuery(filters), limit: PAGE, cursor };
      return await api.get<Page<Conversation>>("/conversations", query, stop);
    } catch (error) {
      if (tries === MAX_TRIES || !isBusy(error)) throw error;
      await pause(waitOf(error, tries), stop);
    }
  }
}
