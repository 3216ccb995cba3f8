// What the filters of the inbox are called. Pure.

import type { TFunction } from "i18next";
import type { InboxFilters } from "@/lib/keys";
import type { FilterChoices } from "./more-filters";

export interface ActiveFilter {
  name: "assignee" | "participant" | "team" | "tag" | "priority" | "session" | "unseen";
  value: string;
}

/** The filters that are set besides the status, by name. */
export function activeFilters(
  filters: InboxFilters,
  choices: FilterChoices,
  t: TFunction,
): ActiveFilter[] {
  const { sessions, users, teams, tags } = choices;
  const nameOf = (list: { id: string; name: string }[], id: string) =>
    list.find((one) => one.id === id)?.name ?? t("filter.gone");
  const { assignee, participant, team, tag, priority, session, unseen } = filters;
  const active: ActiveFilter[] = [];
  if (unseen !== "all") active.push({ name: "unseen", value: t("filter.unseen") });
  if (assignee !== "all") {
    const value =
      assignee === "me"
        ? t("filter.mine")
        : assignee === "none"
          ? t("filter.unassigned")
          : nameOf(users, assignee);
    active.push({ name: "assignee", value });
  }
  if (participant === "me") active.push({ name: "participant", value: t("filter.takePart") });
  else if (participant !== "all") {
    const value = t("filter.takesPart", { name: nameOf(users, participant) });
    active.push({ name: "participant", value });
  }
  if (team !== "all") {
    active.push({
      name: "team",
      value: team === "none" ? t("care.noTeam") : nameOf(teams, team),
    });
  }
  if (tag !== "all") active.push({ name: "tag", value: nameOf(tags, tag) });
  if (priority !== "all") {
    active.push({ name: "priority", value: t(`care.priority.${priority}`) });
  }
  if (session !== "all") active.push({ name: "session", value: nameOf(sessions, session) });
  return active;
}

/** All that makes a list what it is, in a few words each. */
export function filterWords(filters: InboxFilters, choices: FilterChoices, t: TFunction): string[] {
  return [
    t(filters.status === "all" ? "view.anyStatus" : `inbox.status.${filters.status}`),
    ...activeFilters(filters, choices, t).map(({ value }) => value),
    ...(filters.q.trim() ? [t("view.search", { q: filters.q.trim() })] : []),
    ...(filters.sort === "oldest" ? [t("inbox.sorts.oldest")] : []),
  ];
}
