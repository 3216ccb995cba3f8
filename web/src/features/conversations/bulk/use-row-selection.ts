import type { KeyboardEvent, MouseEvent } from "react";
import type { Conversation } from "@/lib/api/types";
import { clearSelection, selectTo, toggleRow, useSelection } from "./selection";

/** Selecting in a list of rows, for the box around them: rows have `data-row`, their boxes `data-check`. */
export function useRowSelection(rows: Conversation[]) {
  const rowAt = (target: EventTarget | null) => {
    const id = (target as HTMLElement | null)?.closest<HTMLElement>("[data-row]")?.dataset.row;
    return rows.find((row) => row.id === id);
  };
  const select = (row: Conversation, range: boolean) => {
    if (range) selectTo(row, rows);
    else toggleRow(row);
  };

  // Before the link hears of it: it leaves alone what is prevented.
  const onClickCapture = (event: MouseEvent<HTMLElement>) => {
    const row = rowAt(event.target);
    const { on, rows: selected } = useSelection.getState();
    const onBox = (event.target as HTMLElement).closest("[data-check]") !== null;
    const range = event.shiftKey && selected.size > 0;
    if (!row || event.ctrlKey || event.metaKey || !(onBox || on || range)) return;
    event.preventDefault();
    select(row, range);
  };
  // Browsers would mark all text in between.
  const onMouseDown = (event: MouseEvent<HTMLElement>) => {
    if (event.shiftKey) event.preventDefault();
  };
  /** Whether the key was for it. */
  const takeKey = (event: KeyboardEvent<HTMLElement>): boolean => {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const { on, rows: selected } = useSelection.getState();
    if (event.key === "Escape" && (on || selected.size > 0)) {
      clearSelection();
      return true;
    }
    const row = rowAt(event.target);
    const wanted = event.key.toLowerCase() === "x" || (on && event.key === " ");
    if (!row || !wanted) return false;
    select(row, event.shiftKey && selected.size > 0);
    return true;
  };
  return { takeKey, handlers: { onClickCapture, onMouseDown } };
}
