// The rules of a team as texts of a form, and back. Pure.

import type { Routing, Strategy } from "@/lib/api/types";

export const STRATEGIES: Strategy[] = ["manual", "round_robin", "least_loaded"];

/** As the hub: a team whose agents take what waits themselves. */
export const BY_HAND: Routing = {
  strategy: "manual",
  accept_seconds: null,
  reply_goal_seconds: null,
  overflow_team_id: null,
  overflow_seconds: null,
};

/** Empty texts: off. */
export interface RoutingTexts {
  strategy: Strategy;
  acceptSeconds: string;
  goalMinutes: string;
  overflowTeam: string;
  overflowMinutes: string;
}

export function textsOf(routing: Routing): RoutingTexts {
  return {
    strategy: routing.strategy,
    acceptSeconds: routing.accept_seconds?.toString() ?? "",
    goalMinutes: minutesOf(routing.reply_goal_seconds),
    overflowTeam: routing.overflow_team_id ?? "",
    overflowMinutes: minutesOf(routing.overflow_seconds),
  };
}

export function routingOf(texts: RoutingTexts): Routing {
  const overflow = texts.overflowTeam !== "";
  return {
    strategy: texts.strategy,
    // Nobody is given anything: nobody has to accept.
    accept_seconds: texts.strategy === "manual" ? null : numberOf(texts.acceptSeconds),
    reply_goal_seconds: secondsOf(texts.goalMinutes),
    overflow_team_id: overflow ? texts.overflowTeam : null,
    overflow_seconds: overflow ? (secondsOf(texts.overflowMinutes) ?? 0) : null,
  };
}

function minutesOf(seconds: number | null): string {
  return seconds === null ? "" : String(Number((seconds / 60).toFixed(2)));
}

function secondsOf(minutes: string): number | null {
  const number = numberOf(minutes);
  return number === null ? null : Math.round(number * 60);
}

function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
