// The thread's scroller runs from the bottom (`flex-col-reverse`): what loads above does not move what is
// read, and a thread that is at its end stays there while it grows.

import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { rememberPlace } from "./use-opening";

/** So close to the end counts as being there. */
const END_PX = 90;
/** So close to the beginning loads what is older. */
const OLDER_PX = 900;
/** Long enough to read the day that goes by. */
const STILL_MS = 900;

export function useThreadScroll(
  scroller: RefObject<HTMLDivElement | null>,
  conversationId: string,
  newest: string | null,
  loadOlder: () => void,
) {
  const [atEnd, setAtEnd] = useState(true);
  const heightBefore = useRef(0);
  const still = useRef<ReturnType<typeof setTimeout>>(undefined);
  const newestBefore = useRef<string | null>(null);
  /** Opening a thread moves it as well; that is no scrolling of anybody's. */
  const touched = useRef(false);

  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    if (touched.current) {
      box.toggleAttribute("data-scrolling", true);
      clearTimeout(still.current);
      still.current = setTimeout(() => box.removeAttribute("data-scrolling"), STILL_MS);
    }
    // In a reversed column `scrollTop` is 0 at the end and negative above.
    const ended = Math.abs(box.scrollTop) < END_PX;
    setAtEnd(ended);
    rememberPlace(conversationId, ended ? null : { top: box.scrollTop, newest });
    const above = box.scrollHeight - box.clientHeight - Math.abs(box.scrollTop);
    if (above < OLDER_PX) loadOlder();
    heightBefore.current = box.scrollHeight;
  }, [scroller, conversationId, newest, loadOlder]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: to be done when the thread grew at its end.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const grown = newestBefore.current !== null && newestBefore.current !== newest;
    if (grown && !atEnd) box.scrollTop -= box.scrollHeight - heightBefore.current;
    newestBefore.current = newest;
    heightBefore.current = box.scrollHeight;
  }, [newest]);

  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    box.scrollTop = 0;
    setAtEnd(true);
  }, [scroller]);

  const touch = useCallback(() => {
    touched.current = true;
  }, []);
  /** A wheel, a finger, a scroll bar or a key. */
  const hands = {
    onWheel: touch,
    onTouchMove: touch,
    onPointerDown: touch,
    onKeyDown: touch,
  };
  return { atEnd, onScroll, hands, toEnd };
}
