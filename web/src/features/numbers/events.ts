// What events do to the cached numbers. Pure.

import type { Session } from "@/lib/api/types";
import { insertSorted, isComplete, itemsOf, mapItems, type Pages } from "@/lib/pages";

/** Takes the latest state of a number; a number that is new comes last. */
export function applySession(list: Pages<Session>, next: Session): Pages<Session> {
  const known = itemsOf(list).find((session) => session.id === next.id);
  if (!known) return isComplete(list) ? insertSorted(list, next, () => false) : list;
  if (next.updated_at < known.updated_at) return list;
  // The verify token is for admins only: an event that goes to everybody does not carry it.
  const renewed = { ...next, verify_token: next.verify_token ?? known.verify_token };
  return mapItems(list, (session) => (session.id === next.id ? renewed : session));
}
