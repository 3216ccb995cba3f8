// The rules of a team as texts of a form, and back. Pure.

import type { Routing, Strategy } from "@/lib/api/types";
import { minutesOf, numberOf, secondsOf } from "./minutes";

export const STRATEGIES: Strategy[] = ["manual", "round_robin", "least_loaded", "skill_then_load"];

/** As the hub: a team whose agents take what waits themselves. */
export const BY_HAND: Routing = {
  strategy: "manual",
  accept_seconds: null,
  overflow_team_id: null,
  overflow_seconds: null,
  skill_seconds: null,
};

/** Empty texts: off. */
export interface RoutingTexts {
  strategy: Strategy;
  acceptSeconds: string;
  overflowTeam: string;
  overflowMinutes: string;
  skillMinutes: string;
}

export function textsOf(routing: Routing): RoutingTexts {
  return {
    strategy: routing.strategy,
    acceptSeconds: routing.accept_seconds?.toString() ?? "",
    overflowTeam: routing.overflow_team_id ?? "",
    overflowMinutes: minutesOf(routing.overflow_seconds),
    skillMinutes: minutesOf(routing.skill_seconds ?? null),
  };
}

export function routingOf(texts: RoutingTexts): Routing {
  const overflow = texts.overflowTeam !== "";
  return {
    strategy: texts.strategy,
    // Nobody is given anything: nobody has to accept.
    accept_seconds: texts.strategy === "manual" ? null : numberOf(texts.acceptSeconds),
    overflow_team_id: overflow ? texts.overflowTeam : null,
    overflow_seconds: overflow ? (secondsOf(texts.overflowMinutes) ?? 0) : null,
    skill_seconds: texts.strategy === "skill_then_load" ? secondsOf(texts.skillMinutes) : null,
  };
}
