// What an event about an agent does to one's own status. Pure.

import type { Agent } from "@/lib/api/types";

export function applyAgent(mine: Agent, told: Agent): Agent {
  return mine.id === told.id ? told : mine;
}
