// Lists of the hub, page by page: by a button where people read them, to the end where something is looked up.

import { infiniteQueryOptions, type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, type Query } from "./api/client";
import type { Page } from "./api/types";
import { itemsOf } from "./pages";

/** As many as the hub gives at once. */
const PAGE = 200;

export function pagedQuery<T>(queryKey: QueryKey, path: string, query: Query = {}) {
  return infiniteQueryOptions({
    queryKey,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { limit: PAGE, ...query, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export type PagedQuery<T> = ReturnType<typeof pagedQuery<T>>;

/** What was loaded so far, with the way to more. */
export function usePaged<T>(query: PagedQuery<T>) {
  return useInfiniteQuery({ ...query, select: itemsOf<T> });
}

export type Paged<T> = ReturnType<typeof usePaged<T>>;

/** The same, with all further pages following by themselves. */
export function useWhole<T>(query: PagedQuery<T>): Paged<T> {
  const list = usePaged(query);
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` tells that another page has come.
  useEffect(() => {
    // A page that failed waits until somebody asks again; one that is on its way for others is not asked for twice.
    if (hasNextPage && !isFetching && !isFetchNextPageError) {
      void fetchNextPage({ cancelRefetch: false });
    }
  }, [data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return list;
}
