// Somebody's way through the list: which conversation comes next, whatever moved since the one before was opened. Pure.

/** A row as far as the way has to know it. */
interface Stop {
  id: string;
  /** How many messages of the customer nobody has seen. */
  unread: number;
}

export interface Way {
  /** Which list it goes through. */
  list: string;
  /** The last one of the list that was opened, and how the list stood then. */
  here: string | null;
  order: string[];
  /** How the list stood when each was opened. */
  had: ReadonlyMap<string, string[]>;
}

/** Whoever was in so many lists of conversations does not come back to the first ones. */
const MAX_HAD = 200;

export const NO_WAY: Way = { list: "", here: null, order: [], had: new Map() };

/** The way after what is open now; one that does not stand in the list is a detour. */
export function walk(way: Way, list: string, rows: Stop[], open: string | null): Way {
  const known = way.list === list ? way : { ...NO_WAY, list };
  if (!open) return { ...known, here: null, order: [] };
  if (open === known.here || !rows.some(({ id }) => id === open)) return known;
  const order = rows.map(({ id }) => id);
  const had = [...known.had].filter(([id]) => id !== open).slice(1 - MAX_HAD);
  return { list, here: open, order, had: new Map([...had, [open, order]]) };
}

/** Where a step leads to, if it leads anywhere. */
export function nextOn(way: Way, rows: Stop[], open: string | null, step: 1 | -1): string | null {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const at = way.here === null ? -1 : way.order.indexOf(way.here);
  if (at < 0 || way.here === null) {
    const place = rows.findIndex(({ id }) => id === open);
    return rows[place + step]?.id ?? null;
  }
  const { here, order } = way;
  const remembered = step > 0 ? order.slice(at + 1) : order.slice(0, at).reverse();
  // Back from a detour.
  if (open !== here && step < 0) remembered.unshift(here);
  const candidates = [...remembered, ...cameSince(order, here, rows, step)];
  return candidates.find((id) => byId.has(id) && !isBehind(way, byId.get(id), here, step)) ?? null;
}

/** What the list has now beyond the last of those that it had. */
function cameSince(order: string[], here: string, rows: Stop[], step: 1 | -1): string[] {
  const known = new Set(order.filter((id) => id !== here));
  const ids = rows.map(({ id }) => id);
  if (step < 0) ids.reverse();
  const last = ids.findLastIndex((id) => known.has(id));
  return ids.slice(last + 1).filter((id) => id !== here);
}

/** It was had on the way to here, and has only jumped ahead since; unless the customer wrote again. */
function isBehind({ had }: Way, row: Stop | undefined, here: string, step: 1 | -1): boolean {
  const order = row && had.get(row.id);
  if (!row || !order || row.unread > 0) return false;
  const from = order.indexOf(row.id);
  const to = order.indexOf(here);
  return to >= 0 && Math.sign(to - from) === step;
}
