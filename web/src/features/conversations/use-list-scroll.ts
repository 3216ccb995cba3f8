import { type RefObject, type UIEventHandler, useLayoutEffect, useRef } from "react";
import type { Conversation } from "@/lib/api/types";

/** How far down the list was when the inbox was left, and with which filters. */
let left = { list: "", top: 0 };

function placeOf(list: string): number {
  return left.list === list ? left.top : 0;
}

/**
 * Keeps in place what somebody looks at: other filters begin at the top, the inbox is found as it was left, and what
 * comes in above moves nothing under the pointer. At the top, what is new shows. Gives what the
 * list must call when it scrolls.
 */
export function useListScroll(
  scroller: RefObject<HTMLElement | null>,
  list: string,
  rows: Conversation[],
  rowPx: number,
): UIEventHandler<HTMLElement> {
  const shown = useRef<{ list: string; rows: Conversation[] } | null>(null);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const before = shown.current;
    shown.current = { list, rows };
    if (!before) {
      box.scrollTop = placeOf(list);
      return;
    }
    if (before.list !== list) {
      box.scrollTop = 0;
      return;
    }
    if (before.rows !== rows && box.scrollTop >= rowPx) {
      box.scrollTop += rowPx * shift(before.rows, rows, Math.floor(box.scrollTop / rowPx));
    }
  }, [scroller, list, rows, rowPx]);

  return ({ currentTarget: box }) => {
    // On a phone the list is hidden behind a conversation.
    if (box.clientHeight > 0) left = { list, top: box.scrollTop };
  };
}

/** By how many places the row at `first` went down; if it is gone or jumped itself, the next one tells. */
export function shift(before: Conversation[], after: Conversation[], first: number): number {
  // Mostly the next page came, below.
  if (before[first] && before[first] === after[first]) return 0;
  const places = new Map(after.map((row, place) => [row.id, place]));
  for (let index = first; index < before.length; index += 1) {
    const row = before[index] as Conversation;
    const place = places.get(row.id);
    if (place !== undefined && after[place]?.updated_at === row.updated_at) return place - index;
  }
  return 0;
}
