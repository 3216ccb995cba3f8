// What the wall makes of the lines' figures. Pure.

import type { AgentFigures, AgentStatus, QueueFigures } from "@/lib/api/types";

export type StateCounts = Record<AgentStatus, number>;

export function countStates(agents: { state: AgentStatus }[]): StateCounts {
  const counts: StateCounts = { online: 0, away: 0, busy: 0, offline: 0 };
  for (const { state } of agents) counts[state] += 1;
  return counts;
}

export interface Totals {
  waiting: number;
  longest: string | null;
  serving: number;
  unanswered: number;
  atRisk: number;
  breached: number;
}

export function totalsOf(queues: QueueFigures[]): Totals {
  const sum = (of: (queue: QueueFigures) => number) =>
    queues.reduce((total, queue) => total + of(queue), 0);
  const since = queues.flatMap((queue) => queue.longest_wait_since ?? []).sort();
  return {
    waiting: sum((queue) => queue.waiting),
    longest: since[0] ?? null,
    serving: sum((queue) => queue.serving),
    unanswered: sum((queue) => queue.unanswered),
    atRisk: sum((queue) => queue.at_risk),
    breached: sum((queue) => queue.breached),
  };
}

/** A share of an agent's work; `name` null: of no team. */
export interface AgentTeam {
  id: string | null;
  name: string | null;
  open: number;
}

/** An agent with all teams that they work for. */
export interface WallAgent extends Omit<AgentFigures, "open_here"> {
  teams: AgentTeam[];
}

/** The agents of all lines, each once; one of whom nothing has changed stays the same object. */
export function mergeAgents(
  queues: QueueFigures[],
  before: ReadonlyMap<string, WallAgent>,
): Map<string, WallAgent> {
  const merged = new Map<string, WallAgent>();
  for (const { team, agents } of queues) {
    for (const { open_here: open, ...agent } of agents) {
      const part = { id: team?.id ?? null, name: team?.name ?? null, open };
      const known = merged.get(agent.id);
      merged.set(agent.id, { ...agent, teams: [...(known?.teams ?? []), part] });
    }
  }
  for (const [id, agent] of merged) {
    const known = before.get(id);
    if (known && JSON.stringify(known) === JSON.stringify(agent)) merged.set(id, known);
  }
  return merged;
}

export type AgentColumn = "name" | "state" | "open" | "replies";

export interface AgentOrder {
  by: AgentColumn;
  down: boolean;
}

const RANK: Record<AgentStatus, number> = { online: 0, busy: 1, away: 2, offline: 3 };

const COMPARE: Record<AgentColumn, (a: WallAgent, b: WallAgent) => number> = {
  name: (a, b) => a.name.localeCompare(b.name),
  // Whoever stands like that for longest comes first.
  state: (a, b) => RANK[a.state] - RANK[b.state] || a.since.localeCompare(b.since),
  open: (a, b) => a.open - b.open || load(a) - load(b),
  replies: (a, b) => a.replies - b.replies,
};

export function load({ open, capacity }: { open: number; capacity: number }): number {
  return capacity > 0 ? open / capacity : open > 0 ? 1 : 0;
}

export function inOrder(agents: WallAgent[], { by, down }: AgentOrder): WallAgent[] {
  const sign = down ? -1 : 1;
  return agents.toSorted((a, b) => sign * COMPARE[by](a, b) || a.name.localeCompare(b.name));
}

export interface AgentFilter {
  name: string;
  /** A team's id, or `all`. */
  team: string;
  state: AgentStatus | "all";
}

export function isWanted(agent: WallAgent, { name, team, state }: AgentFilter): boolean {
  if (state !== "all" && agent.state !== state) return false;
  if (team !== "all" && !agent.teams.some(({ id }) => id === team)) return false;
  return agent.name.toLocaleLowerCase().includes(name.trim().toLocaleLowerCase());
}

/** Three quarters of the goal, as the hub counts it. */
const RISK = 0.75;

/** How a wait stands to the goal of its team. */
export function standing(waitMs: number, goalSeconds: number | null): "fine" | "risk" | "over" {
  if (goalSeconds === null) return "fine";
  if (waitMs > goalSeconds * 1000) return "over";
  return waitMs > goalSeconds * 1000 * RISK ? "risk" : "fine";
}
