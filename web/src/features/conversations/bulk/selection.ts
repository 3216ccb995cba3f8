// Which conversations of the inbox are selected.

import { create } from "zustand";
import type { Conversation } from "@/lib/api/types";

/** What one run may change at most. */
export const MAX_SELECTED = 10_000;

interface Selection {
  /** Rows are selected by a click on them, as fingers do it. */
  on: boolean;
  /** By id, as they were when they were selected, or changed last by a run. */
  rows: ReadonlyMap<string, Conversation>;
  /** Where a range begins. */
  anchor: string | null;
  /** There was more than may be selected. */
  cut: boolean;
}

const NONE: Selection = { on: false, rows: new Map(), anchor: null, cut: false };

export const useSelection = create<Selection>(() => NONE);

/** Whether somebody selects, or has selected something. */
export function useSelecting(): boolean {
  return useSelection(({ on, rows }) => on || rows.size > 0);
}

export function startSelecting(): void {
  useSelection.setState({ on: true });
}

export function clearSelection(): void {
  useSelection.setState(NONE);
}

/** Takes a row in or out. */
export function toggleRow(row: Conversation): void {
  useSelection.setState(({ rows }) => {
    const next = new Map(rows);
    if (!next.delete(row.id) && next.size < MAX_SELECTED) next.set(row.id, row);
    return { rows: next, anchor: row.id, cut: false };
  });
}

/** Takes in all from where the last one was selected to this one. */
export function selectTo(row: Conversation, shown: Conversation[]): void {
  useSelection.setState(({ rows, anchor }) => {
    const at = shown.findIndex(({ id }) => id === row.id);
    const from = shown.findIndex(({ id }) => id === anchor);
    const next = new Map(rows);
    const [first, last] = from < 0 ? [at, at] : [Math.min(from, at), Math.max(from, at)];
    for (const one of shown.slice(first, last + 1)) {
      if (next.size < MAX_SELECTED) next.set(one.id, one);
    }
    return { rows: next, anchor: row.id, cut: false };
  });
}

/** Selects exactly these. */
export function selectRows(rows: Conversation[], cut: boolean): void {
  const next = new Map(rows.slice(0, MAX_SELECTED).map((row) => [row.id, row]));
  useSelection.setState({ rows: next, cut: cut || rows.length > MAX_SELECTED });
}

/** Knows how they are now. Nobody is told: which ones are selected is the same as before. */
export function refreshSelected(latest: Conversation[]): void {
  const rows = useSelection.getState().rows as Map<string, Conversation>;
  for (const row of latest) if (rows.has(row.id)) rows.set(row.id, row);
}
