import type { Hit } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { midnight } from "@/lib/midnight";
import { pagedQuery } from "@/lib/paged-query";
import type { Search } from "./use-search";

const PAGE = 30;

/** What was said that has these words, newest first. */
export function searchQuery(search: Search) {
  const { q, who, type, session, conversation, from, to } = search;
  const query = {
    q,
    direction: isDirection(who) ? who : undefined,
    author: who && !isDirection(who) ? who : undefined,
    type: type || undefined,
    session: session || undefined,
    conversation: conversation || undefined,
    since: from ? midnight(from, 0) : undefined,
    until: to ? midnight(to, 1) : undefined,
    limit: PAGE,
  };
  return { ...pagedQuery<Hit>(keys.search(search), "/messages", query), staleTime: 0 };
}

/** Customers, us, or notes; anything else is the id of somebody. */
export const DIRECTIONS = ["inbound", "outbound", "note"] as const;

function isDirection(who: string): boolean {
  return DIRECTIONS.some((known) => known === who);
}
