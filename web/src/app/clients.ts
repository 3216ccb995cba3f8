import { QueryClient } from "@tanstack/react-query";
import { isPassing } from "@/lib/api/problem";
import { LiveCache } from "@/lib/live-cache";

const MAX_RETRIES = 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // What is on screen is kept true by the socket, not by asking again.
      staleTime: Number.POSITIVE_INFINITY,
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
