// What an event does to the cached inbox. Pure: data in, data out; the same object when nothing changes.

import type { Conversation } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import type { InboxFilters } from "@/lib/keys";
import { insertSorted, isComplete, type Pages, withPage } from "@/lib/pages";
import { isUnseen, keepSeen } from "./seen";

/** Whether a conversation belongs into a list; mirrors what the hub does with the same filters. */
export function belongs(row: Conversation, filters: InboxFilters, me: string): boolean {
  if (filters.unseen !== "all" && !isUnseen(row)) return false;
  // What oneself has not seen is looked for among the open ones, unless another status is asked for.
  const status = filters.unseen !== "all" && filters.status === "all" ? "open" : filters.status;
  if (status !== "all" && row.status !== status) return false;
  if (filters.session !== "all" && row.session_id !== filters.session) return false;
  if (filters.assignee === "me" && row.assignee?.id !== me) return false;
  if (filters.assignee === "none" && row.assignee !== null) return false;
  if (filters.assignee.startsWith("usr_") && row.assignee?.id !== filters.assignee) return false;
  const { participant } = filters;
  if (
    participant !== "all" &&
    !row.participants.includes(participant === "me" ? me : participant)
  ) {
    return false;
  }
  if (filters.team === "none" && row.team !== null) return false;
  if (filters.team.startsWith("team_") && row.team?.id !== filters.team) return false;
  if (filters.tag !== "all" && !row.tags.includes(filters.tag)) return false;
  if (filters.priority !== "all" && row.priority !== filters.priority) return false;
  return matches(row, filters.q);
}

/** The hub knows numbers as digits alone: what people write between them goes. */
export function wantedText(q: string): string {
  return /^[\d\s+()-]*$/.test(q) ? q.replace(/\D/g, "") : q.trim();
}

function matches(row: Conversation, q: string): boolean {
  const wanted = wantedText(q).toLowerCase();
  if (!wanted) return true;
  const { name, phone, username } = row.contact;
  const digits = wanted.replace(/\D/g, "");
  return (
    [name, username, contactName(row.contact)].some((text) =>
      text?.toLowerCase().includes(wanted),
    ) || Boolean(digits && phone?.includes(digits))
  );
}

export type Sort = InboxFilters["sort"];

const times = new WeakMap<Conversation, number>();

/** When something happened last; read once, because a long list compares its rows thousands of times. */
function activeAt(row: Conversation): number {
  const at = times.get(row) ?? Date.parse(row.updated_at);
  times.set(row, at);
  return at;
}

/** The order of the inbox, by last activity. */
export function precedes(row: Conversation, other: Conversation, sort: Sort): boolean {
  const [at, otherAt] = [activeAt(row), activeAt(other)];
  const later = at === otherAt ? row.id > other.id : at > otherAt;
  return later === (sort === "newest");
}

/** Takes the latest state of a conversation into a list: in, out, up or down. */
export function applyRow(
  list: Pages<Conversation>,
  row: Conversation,
  filters: InboxFilters,
  me: string,
): Pages<Conversation> {
  const known = findRow(list, row.id);
  return known && known.seq >= row.seq ? list : putRow(list, row, filters, me);
}

export function findRow(list: Pages<Conversation>, id: string): Conversation | undefined {
  for (const page of list.pages) {
    const row = page.data.find((one) => one.id === id);
    if (row) return row;
  }
  return undefined;
}

/** The same for what is shown before the hub has said it: such a guess has the number of what it changes. */
export function putRow(
  list: Pages<Conversation>,
  row: Conversation,
  filters: InboxFilters,
  me: string,
): Pages<Conversation> {
  const known = findRow(list, row.id);
  if (known && known.seq > row.seq) return list;
  return place(list, keepSeen(row, known), filters, me);
}

/**
 * Another mark of what oneself has seen: what does not fit into the list any more leaves it. `elsewhere`: the
 * conversation as another list has it.
 */
export function remark(
  list: Pages<Conversation>,
  elsewhere: Conversation,
  mark: (row: Conversation) => Conversation,
  filters: InboxFilters,
  me: string,
): Pages<Conversation> {
  const known = findRow(list, elsewhere.id) ?? elsewhere;
  const marked = mark(known);
  return marked === known ? list : place(list, marked, filters, me);
}

function place(
  list: Pages<Conversation>,
  row: Conversation,
  filters: InboxFilters,
  me: string,
): Pages<Conversation> {
  const pageIndex = list.pages.findIndex((page) => page.data.some((known) => known.id === row.id));
  const page = list.pages[pageIndex];
  const position = page?.data.findIndex((known) => known.id === row.id) ?? -1;
  const known = page?.data[position];

  // The hub found a known row by its own search, which may see more than ours.
  const fits = belongs(row, known ? { ...filters, q: "" } : filters, me);
  if (page && known && fits && known.updated_at === row.updated_at) {
    return withPage(list, pageIndex, page.data.with(position, row));
  }
  const without = page
    ? withPage(
        list,
        pageIndex,
        page.data.filter((other) => other.id !== row.id),
      )
    : list;
  if (!fits || !reaches(without, row, filters.sort)) return without;
  return insertSorted(without, row, (one, other) => precedes(one, other, filters.sort));
}

/** Takes the latest state of a conversation into a list that has an order of its own. */
export function renewRow(list: Pages<Conversation>, row: Conversation): Pages<Conversation> {
  for (const [index, page] of list.pages.entries()) {
    const position = page.data.findIndex((known) => known.id === row.id && known.seq < row.seq);
    const known = page.data[position];
    if (known) return withPage(list, index, page.data.with(position, keepSeen(row, known)));
  }
  return list;
}

/** Whether a row lies within what was scrolled so far; beyond, its page will bring it. */
function reaches(list: Pages<Conversation>, row: Conversation, sort: Sort): boolean {
  if (isComplete(list)) return true;
  const last = list.pages.findLast((page) => page.data.length > 0)?.data.at(-1);
  return last !== undefined && precedes(row, last, sort);
}

/** Takes the latest state into the single cached conversation. */
export function applyToOne(known: Conversation, row: Conversation): Conversation {
  return known.id === row.id && row.seq > known.seq ? keepSeen(row, known) : known;
}

/** The same for a guess. */
export function putOne(known: Conversation, row: Conversation): Conversation {
  return known.id === row.id && row.seq >= known.seq ? keepSeen(row, known) : known;
}

/** Takes the latest state into the conversations of its contact. */
export function applyToContacts(known: Conversation[], row: Conversation): Conversation[] {
  const before = known.find(({ id }) => id === row.id);
  if (before && before.seq >= row.seq) return known;
  const next = [keepSeen(row, before), ...known.filter(({ id }) => id !== row.id)];
  return next.sort((a, b) => (precedes(a, b, "newest") ? -1 : 1));
}

const rowsKept = new WeakMap<Pages<Conversation>, { sort: Sort; rows: Conversation[] }>();

/** The rows of a list, each once and in order, whatever pages overlapped while it moved. */
export function rowsOf(list: Pages<Conversation> | undefined, sort: Sort): Conversation[] {
  if (!list) return [];
  // Both the page and the list ask, and a long list takes a while.
  const kept = rowsKept.get(list);
  if (kept?.sort === sort) return kept.rows;
  const rows = inOrder(list, sort);
  rowsKept.set(list, { sort, rows });
  return rows;
}

function inOrder(list: Pages<Conversation>, sort: Sort): Conversation[] {
  const latest = new Map<string, Conversation>();
  for (const page of list.pages) {
    for (const row of page.data) {
      const known = latest.get(row.id);
      if (!known || known.seq < row.seq) latest.set(row.id, row);
    }
  }
  const rows = [...latest.values()];
  const sorted = rows.every(
    (row, at) => at === 0 || precedes(rows[at - 1] as Conversation, row, sort),
  );
  return sorted ? rows : rows.sort((a, b) => (precedes(a, b, sort) ? -1 : 1));
}
