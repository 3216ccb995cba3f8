import { useEffect } from "react";

/** Whatever a person does first on a page is one of these. */
const SIGNS = ["pointermove", "touchstart", "keydown", "focusin"] as const;

/** Does it once, as soon as the person does anything on the page: for what only those need who stay. */
export function useFirstInput(act: () => void): void {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const done = () => {
      listening.abort();
      act();
    };
    for (const sign of SIGNS) {
      // Also what somebody stops on its way.
      document.addEventListener(sign, done, { capture: true, passive: true, signal });
    }
    return () => listening.abort();
  }, [act]);
}
