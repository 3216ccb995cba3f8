import { type RefObject, useEffect } from "react";
import type { Paged } from "@/lib/paged-query";

/** Loaded before somebody gets there. */
const AHEAD = "600px";

/** Loads the next page of a list when its end comes near; the button at the end does it where browsers can't tell. */
export function useReach<T>(end: RefObject<Element | null>, list: Paged<T>): void {
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what came may not have moved the end out of sight.
  useEffect(() => {
    const waits = !hasNextPage || isFetching || isFetchNextPageError;
    if (!end.current || waits || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void fetchNextPage();
      },
      { rootMargin: AHEAD },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [end, data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
}
