// What a team promises as texts of a form, and back. Pure.

import type { Priority, Sla } from "@/lib/api/types";
import { minutesOf, secondsOf } from "./minutes";

/** As the hub: a team that promises nothing. */
export const NO_PROMISE: Sla = {
  first_reply_seconds: null,
  reply_seconds: null,
  resolution_seconds: null,
  in_hours: false,
  escalation: null,
};

/** Empty texts: off. */
export interface SlaTexts {
  firstReplyMinutes: string;
  replyMinutes: string;
  resolutionMinutes: string;
  inHours: boolean;
  /** What a late conversation becomes at least. */
  priority: Priority | "";
  /** Where a late conversation goes. */
  escalationTeam: string;
}

export function slaTextsOf(sla: Sla): SlaTexts {
  return {
    firstReplyMinutes: minutesOf(sla.first_reply_seconds),
    replyMinutes: minutesOf(sla.reply_seconds),
    resolutionMinutes: minutesOf(sla.resolution_seconds),
    inHours: sla.in_hours,
    priority: sla.escalation?.priority ?? "",
    escalationTeam: sla.escalation?.team_id ?? "",
  };
}

export function promises(texts: SlaTexts): boolean {
  const { firstReplyMinutes, replyMinutes, resolutionMinutes } = texts;
  return [firstReplyMinutes, replyMinutes, resolutionMinutes].some((text) => text.trim() !== "");
}

/** `hasHours`: without hours all time counts. */
export function slaOf(texts: SlaTexts, hasHours: boolean): Sla {
  const escalates = promises(texts) && (texts.priority !== "" || texts.escalationTeam !== "");
  return {
    first_reply_seconds: secondsOf(texts.firstReplyMinutes),
    reply_seconds: secondsOf(texts.replyMinutes),
    resolution_seconds: secondsOf(texts.resolutionMinutes),
    in_hours: hasHours && texts.inHours,
    escalation: escalates
      ? { priority: texts.priority || null, team_id: texts.escalationTeam || null }
      : null,
  };
}
