import { QueryClient } from "@tanstack/react-query";
import { isPassing } from "@/lib/api/problem";
import { LiveCache } from "@/lib/live-cache";

const MAX_RETRIES = 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Who comes back to a page gets fresh data; two parts of one page share one answer.
      staleTime: 5_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: "always",
      retry: (count, error) => count < MAX_RETRIES && isPassing(error),
    },
    mutations: { networkMode: "always" },
  },
});

export const liveCache = new LiveCache(queryClient);
