// Between the filters of the inbox and those that a view keeps. Pure.

import type { View, ViewFilters } from "@/lib/api/types";
import type { InboxFilters } from "@/lib/keys";

/** In the hub's words; what leaves nothing out is not written. */
export function toView(filters: InboxFilters): ViewFilters {
  const { status, assignee, participant, team, tag, priority, session, unseen, sort } = filters;
  const q = filters.q.trim();
  return {
    ...(status !== "all" && { status }),
    ...(assignee !== "all" && { assignee }),
    ...(participant !== "all" && { participant }),
    ...(team !== "all" && { team }),
    ...(tag !== "all" && { tag }),
    ...(priority !== "all" && { priority }),
    ...(session !== "all" && { session }),
    ...(unseen !== "all" && { unseen: true }),
    ...(q && { q }),
    ...(sort !== "newest" && { sort }),
  };
}

export function fromView(kept: ViewFilters): InboxFilters {
  return {
    status: kept.status ?? "all",
    assignee: kept.assignee ?? "all",
    participant: kept.participant ?? "all",
    team: kept.team ?? "all",
    tag: kept.tag ?? "all",
    priority: kept.priority ?? "all",
    session: kept.session ?? "all",
    unseen: kept.unseen ? "true" : "all",
    q: kept.q ?? "",
    sort: kept.sort ?? "newest",
  };
}

export function sameFilters(a: InboxFilters, b: InboxFilters): boolean {
  const names = Object.keys(a) as (keyof InboxFilters)[];
  return names.every((name) => a[name].trim() === b[name].trim());
}

/** The view that shows what is shown: the one that was chosen, if several do. */
export function viewOf(
  views: View[],
  filters: InboxFilters,
  chosen: string | null,
): View | undefined {
  const fitting = views.filter((view) => sameFilters(fromView(view.filters), filters));
  return fitting.find(({ id }) => id === chosen) ?? fitting[0];
}

/** One's own and everybody's, each in its order. */
export function parted(views: View[]): { mine: View[]; shared: View[] } {
  const inOrder = [...views].sort(
    (a, b) => a.position - b.position || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1),
  );
  return {
    mine: inOrder.filter(({ owner_id }) => owner_id !== null),
    shared: inOrder.filter(({ owner_id }) => owner_id === null),
  };
}

/** What changes when one of a list goes up or down: these views with their new places. */
export function moved(list: View[], id: string, step: 1 | -1): View[] {
  const from = list.findIndex((view) => view.id === id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= list.length) return [];
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next.flatMap((view, position) =>
    view.position === position ? [] : { ...view, position },
  );
}
