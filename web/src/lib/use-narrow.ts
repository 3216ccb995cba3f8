import { useSyncExternalStore } from "react";

/** Where a table has no room. */
const NARROW = "(max-width: 47.99rem)";

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia?.(NARROW);
  query?.addEventListener("change", listener);
  return () => query?.removeEventListener("change", listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => Boolean(window.matchMedia?.(NARROW).matches));
}
