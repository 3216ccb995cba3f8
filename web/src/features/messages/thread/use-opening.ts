import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** The line above the unread part; its day's label covers what is closer to the upper edge than this. */
export const UNREAD_LINE = "unread-line";
const BELOW_EDGE_PX = 56;
/** Threads that nobody returns to are forgotten, oldest first. */
const MAX_PLACES = 100;

interface Place {
  /** As the scroller counts: 0 at the end, negative above. */
  top: number;
  newest: string | null;
}

/** How far up threads were when they were left; what is at its end is not in here. */
const places = new Map<string, Place>();

export function rememberPlace(conversationId: string, place: Place | null): void {
  places.delete(conversationId);
  if (place) places.set(conversationId, place);
  const oldest = places.keys().next();
  if (places.size > MAX_PLACES && !oldest.done) places.delete(oldest.value);
}

/** Whether a thread was left somewhere above its end. */
export function wasLeftAbove(conversationId: string): boolean {
  return places.has(conversationId);
}

interface Opening {
  conversationId: string;
  newest: string | null;
  /** The first unread message, once it is known. */
  unreadFrom: string | null;
  /** The messages are the hub's latest. */
  fresh: boolean;
  onScroll: () => void;
}

/**
 * Opens a thread where its unread part begins, else where it was left if nothing came since, else at its end. Tells
 * whether that is done: before, nothing was seen.
 */
export function useOpening(scroller: RefObject<HTMLDivElement | null>, opening: Opening): boolean {
  const { conversationId, newest, unreadFrom, fresh, onScroll } = opening;
  const [placed, setPlaced] = useState(false);
  const left = useRef(places.get(conversationId));
  useLayoutEffect(() => {
    const box = scroller.current;
    if (placed || !box) return;
    if (left.current?.newest === newest) box.scrollTop = left.current.top;
    left.current = undefined;
    if (!fresh) return;
    if (unreadFrom) showUnreadLine(box);
    onScroll();
    setPlaced(true);
  }, [scroller, placed, newest, unreadFrom, fresh, onScroll]);
  return placed;
}

/** What fits on the screen is seen at the end as well. */
function showUnreadLine(box: HTMLElement): void {
  const line = box.querySelector(`#${UNREAD_LINE}`);
  if (!line) return;
  const above = box.getBoundingClientRect().top + BELOW_EDGE_PX - line.getBoundingClientRect().top;
  if (above > 0) box.scrollTop -= above;
}
