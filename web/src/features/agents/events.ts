// What an event about an agent does to one's own status and to the list of all. Pure.

import type { Agent } from "@/lib/api/types";
import { type Pages, withPage } from "@/lib/pages";

export function applyAgent(mine: Agent, told: Agent): Agent {
  return mine.id === told.id ? told : mine;
}

/** How somebody stands, in the list that one chooses from. */
export function applyToAgents(list: Pages<Agent>, told: Agent): Pages<Agent> {
  for (const [index, page] of list.pages.entries()) {
    const position = page.data.findIndex(({ id }) => id === told.id);
    if (position >= 0) return withPage(list, index, page.data.with(position, told));
  }
  return list;
}
