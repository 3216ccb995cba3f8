import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { InboxFilters } from "@/lib/keys";
import { PRIORITIES } from "./priority-mark";

export const NO_FILTERS: InboxFilters = {
  status: "open",
  assignee: "all",
  participant: "all",
  team: "all",
  tag: "all",
  priority: "all",
  session: "all",
  unseen: "all",
  q: "",
  sort: "newest",
};
/** What a search that leaves nothing out has. */
export const EVERYWHERE = {
  status: "all",
  assignee: "all",
  participant: "all",
  team: "all",
  tag: "all",
  priority: "all",
  session: "all",
  unseen: "all",
} as const;
const STATUSES = ["open", "pending", "snoozed", "closed", "all"];

/** The filters of the inbox live in the address, so that they survive a reload and can be shared. */
export function useFilters(): [InboxFilters, (change: Partial<InboxFilters>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const status = parameters.get("status") ?? "";
  const assignee = parameters.get("assignee") ?? NO_FILTERS.assignee;
  const participant = parameters.get("participant") ?? NO_FILTERS.participant;
  const team = parameters.get("team") ?? NO_FILTERS.team;
  const tag = parameters.get("tag") ?? NO_FILTERS.tag;
  const priority = parameters.get("priority") ?? "";
  const session = parameters.get("number") ?? NO_FILTERS.session;
  const unseen = parameters.get("unseen") === "true" ? "true" : NO_FILTERS.unseen;
  const q = parameters.get("q") ?? "";
  const sort = parameters.get("sort") === "oldest" ? "oldest" : NO_FILTERS.sort;
  const filters = useMemo<InboxFilters>(
    () => ({
      status: STATUSES.includes(status) ? (status as InboxFilters["status"]) : NO_FILTERS.status,
      assignee,
      participant,
      team,
      tag,
      priority: PRIORITIES.find((known) => known === priority) ?? NO_FILTERS.priority,
      session,
      unseen,
      q,
      sort,
    }),
    [status, assignee, participant, team, tag, priority, session, unseen, q, sort],
  );
  const change = (part: Partial<InboxFilters>) => {
    const next = { ...filters, ...part };
    setParameters((known) => written(known, next), { replace: true });
  };
  return [filters, change];
}

/** The inbox with these filters. */
export function inboxAddress(filters: InboxFilters): string {
  const search = written(new URLSearchParams(), filters).toString();
  return `/inbox${search ? `?${search}` : ""}`;
}

function written(parameters: URLSearchParams, filters: InboxFilters): URLSearchParams {
  set(parameters, "status", filters.status, NO_FILTERS.status);
  set(parameters, "assignee", filters.assignee, NO_FILTERS.assignee);
  set(parameters, "participant", filters.participant, NO_FILTERS.participant);
  set(parameters, "team", filters.team, NO_FILTERS.team);
  set(parameters, "tag", filters.tag, NO_FILTERS.tag);
  set(parameters, "priority", filters.priority, NO_FILTERS.priority);
  set(parameters, "number", filters.session, NO_FILTERS.session);
  set(parameters, "unseen", filters.unseen, NO_FILTERS.unseen);
  set(parameters, "q", filters.q, NO_FILTERS.q);
  set(parameters, "sort", filters.sort, NO_FILTERS.sort);
  return parameters;
}

function set(parameters: URLSearchParams, name: string, value: string, unset: string): void {
  if (value === unset) parameters.delete(name);
  else parameters.set(name, value);
}
