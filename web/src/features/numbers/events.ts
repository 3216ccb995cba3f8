// What events do to the cached numbers. Pure.

import type { Session } from "@/lib/api/types";

/** Takes the latest state of a number; a number that is new comes last. */
export function applySession(sessions: Session[], next: Session): Session[] {
  const at = sessions.findIndex((known) => known.id === next.id);
  const known = sessions[at];
  if (!known) return [...sessions, next];
  if (next.updated_at < known.updated_at) return sessions;
  // The verify token is for admins only: an event that goes to everybody does not carry it.
  return sessions.with(at, { ...next, verify_token: next.verify_token ?? known.verify_token });
}
