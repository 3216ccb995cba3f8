// The steps of a macro: which there are, in which order they are done, and what they are called. Pure.

import type { TFunction } from "i18next";
import type { MacroAction, Tag, Team, UserView } from "@/lib/api/types";

export type Kind = MacroAction["do"];
export type Step<K extends Kind> = Extract<MacroAction, { do: K }>;

/** What steps name. */
export interface StepChoices {
  users: UserView[];
  teams: Team[];
  tags: Tag[];
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** In the order in which the hub does them; each at most once. */
const FRESH: MacroAction[] = [
  { do: "send_text", text: "" },
  { do: "write_note", text: "" },
  { do: "assign", assignee: "me" },
  { do: "set_team", team: null },
  { do: "add_tags", tags: [] },
  { do: "remove_tags", tags: [] },
  { do: "set_priority", priority: "high" },
  { do: "snooze", minutes: DAY },
  { do: "set_status", status: "closed" },
];

const ORDER = FRESH.map((step) => step.do);

/** As they are done, whatever their order was. */
export function inOrder(steps: MacroAction[]): MacroAction[] {
  return [...steps].sort((a, b) => ORDER.indexOf(a.do) - ORDER.indexOf(b.do));
}

export function added(steps: MacroAction[], kind: Kind): MacroAction[] {
  return inOrder([...steps, ...FRESH.filter((step) => step.do === kind)]);
}

/** What can still be added: a conversation that is put off has its status by that. */
export function addable(steps: MacroAction[]): Kind[] {
  const there = new Set(steps.map((step) => step.do));
  return ORDER.filter(
    (kind) =>
      !there.has(kind) &&
      !(kind === "snooze" && there.has("set_status")) &&
      !(kind === "set_status" && there.has("snooze")),
  );
}

export const UNITS = { minutes: 1, hours: HOUR, days: DAY } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit that needs no fraction. */
export function inUnits(minutes: number): { amount: number; unit: Unit } {
  const unit = minutes % DAY === 0 ? "days" : minutes % HOUR === 0 ? "hours" : "minutes";
  return { amount: minutes / UNITS[unit], unit };
}

/** What a step does, with what it names. */
export function stepWords(step: MacroAction, choices: StepChoices, t: TFunction): string {
  const nameOf = (list: { id: string; name: string }[], id: string) =>
    list.find((one) => one.id === id)?.name ?? t("filter.gone");
  const tags = (ids: string[]) => ids.map((id) => nameOf(choices.tags, id)).join(", ");
  const name = t(`macro.step.${step.do}`);
  switch (step.do) {
    case "send_text":
    case "write_note":
      return `${name}: ${step.text.replace(/\s+/g, " ")}`;
    case "assign":
      return `${name}: ${assigneeName(step.assignee, choices.users, t)}`;
    case "set_team":
      return `${name}: ${step.team ? nameOf(choices.teams, step.team) : t("care.noTeam")}`;
    case "set_status":
      return `${name}: ${t(`conversation.${step.status}`)}`;
    case "snooze": {
      const { amount, unit } = inUnits(step.minutes);
      return `${name}: ${t(`macro.span.${unit}`, { count: amount })}`;
    }
    case "set_priority":
      return `${name}: ${t(`care.priority.${step.priority}`)}`;
    default:
      return `${name}: ${tags(step.tags)}`;
  }
}

function assigneeName(assignee: string | null, users: UserView[], t: TFunction): string {
  if (assignee === null) return t("conversation.unassigned");
  if (assignee === "me") return t("macro.whoRuns");
  return users.find(({ id }) => id === assignee)?.name ?? t("filter.gone");
}

/** What a macro does, in a few words. */
export function summary(steps: MacroAction[], t: TFunction): string {
  return inOrder(steps)
    .map((step) => t(`macro.step.${step.do}`))
    .join(" · ");
}
