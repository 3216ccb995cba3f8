// What somebody changed about a team. Pure.

import type { TeamForm } from "./queries";

/**
 * The fields that are not as they were. The others are not said: a colleague may have changed them meanwhile, and
 * what stood in this form would undo that.
 */
export function changesOf(before: TeamForm, now: TeamForm): Partial<TeamForm> {
  const names = Object.keys(now) as (keyof TeamForm)[];
  return Object.fromEntries(
    names
      .filter((name) => asText(before[name]) !== asText(now[name]))
      .map((name) => [name, now[name]]),
  );
}

/** Who or what is in a list has no order. */
function asText(value: TeamForm[keyof TeamForm]): string {
  return JSON.stringify(Array.isArray(value) ? value.toSorted() : value);
}
