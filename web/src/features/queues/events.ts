// What the socket tells of a line does to the cached figures. Pure.

import type { AgentFigures, QueueFigures } from "@/lib/api/types";

const teamOf = (queue: QueueFigures) => queue.team?.id ?? null;

/** Takes the latest figures of one line into all: a newer one replaces an older one, a new team stands before none. */
export function applyQueue(known: QueueFigures[], told: QueueFigures): QueueFigures[] {
  const at = known.findIndex((queue) => teamOf(queue) === teamOf(told));
  const before = known[at];
  if (before) return before.at > told.at ? known : known.with(at, sameAgents(before, told));
  const none = known.findIndex((queue) => queue.team === null);
  return told.team && none >= 0 ? known.toSpliced(none, 0, told) : [...known, told];
}

/** What has not changed stays the same object: two hundred rows must not be drawn because one has. */
function sameAgents(before: QueueFigures, told: QueueFigures): QueueFigures {
  const known = new Map(before.agents.map((agent) => [agent.id, agent]));
  return {
    ...told,
    agents: told.agents.map((agent) => {
      const one = known.get(agent.id);
      return one && isSame(one, agent) ? one : agent;
    }),
  };
}

function isSame(one: AgentFigures, other: AgentFigures): boolean {
  return (Object.keys(other) as (keyof AgentFigures)[]).every((name) => one[name] === other[name]);
}
