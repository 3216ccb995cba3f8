// Asks how all nodes fare, again and again while somebody looks.

import { type QueryFunctionContext, queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { ApiError, isPassing, NetworkError } from "@/lib/api/problem";
import type { Cluster } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { type Sight, see } from "./sight";

const EVERY_MS = 2_000;
/** A hub that has not answered by then is said not to answer, although it still may. */
const PATIENCE_MS = 8_000;
/** One lost answer is nobody's business: it is asked for once more before anything is said. */
const RETRIES = 1;
const RETRY_MS = 500;

async function fetchSight({ client, signal }: QueryFunctionContext): Promise<Sight> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await api.get<Cluster>("/cluster", {}, AbortSignal.any([signal, patience]));
    return see(answer, client.getQueryData<Sight>(keys.cluster), Date.now());
  } catch (error) {
    throw patience.aborted ? new NetworkError() : error;
  }
}

const clusterQuery = queryOptions({
  queryKey: keys.cluster,
  queryFn: fetchSight,
  select: ({ cluster }: Sight) => cluster,
  staleTime: 0,
  // Without a first answer it waits until somebody tries again, as all pages do.
  refetchInterval: ({ state }) => (state.data && !isRefused(state.error) ? EVERY_MS : false),
  refetchOnWindowFocus: true,
  retry: (count, error) => count < RETRIES && isPassing(error),
  retryDelay: RETRY_MS,
});

/** The nodes, looked at anew every two seconds while somebody looks at the page. */
export function useCluster() {
  return useQuery(clusterQuery);
}

/** Whether one may not see this (any more). */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}
