// The parts of a team's form, and in which of them a field stands. Pure.

import { ApiError } from "@/lib/api/problem";

export const TEAM_PARTS = ["people", "giving", "sla", "hours"] as const;
export type TeamPart = (typeof TEAM_PARTS)[number];

/** The hub's fields by the part that has them. */
const FIELDS: Record<TeamPart, string[]> = {
  people: ["session_ids"],
  giving: ["routing.accept_seconds", "routing.overflow_team_id", "routing.overflow_seconds"],
  sla: [
    "sla.first_reply_seconds",
    "sla.reply_seconds",
    "sla.resolution_seconds",
    "sla.escalation.team_id",
  ],
  hours: [
    "hours.time_zone",
    "hours.week",
    ...Array.from({ length: 7 }, (_, day) => `hours.week[${day}]`),
    "hours.holidays",
    "away_message",
  ],
};

/** All that can be said at a field. */
export const TEAM_FIELDS = ["name", ...Object.values(FIELDS).flat()];

/** Where the hub finds something wrong. */
export function wrongParts(error: unknown): TeamPart[] {
  if (!(error instanceof ApiError)) return [];
  const names = error.fields.map(({ field }) => field);
  return TEAM_PARTS.filter((part) => FIELDS[part].some((field) => names.includes(field)));
}
