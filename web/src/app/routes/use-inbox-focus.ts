// Where the focus goes when what had it went away with the page before: a phone shows the list or a conversation,
// and another conversation has another field to write in.

import { useEffect, useRef } from "react";
import { COMPOSER_INPUT } from "@/features/messages/composer/focus";
import { focusSoon, isFocusLost } from "../focus";

/** A conversation was opened: on with writing for those who were, else its name. */
export function useFocusOnArrival(writing: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, on arrival.
  useEffect(() => {
    if (!isFocusLost()) return;
    const field = writing ? document.getElementById(COMPOSER_INPUT) : null;
    (field ?? document.getElementById("conversation-title"))?.focus();
  }, []);
}

/** A conversation was left for the list: its row. */
export function useFocusOnReturn(selected: string | null): void {
  const before = useRef(selected);
  useEffect(() => {
    const left = before.current;
    before.current = selected;
    if (left && !selected) focusSoon(`[data-testid=conversation-row][data-id="${left}"]`);
  }, [selected]);
}
