import { createContext, useContext } from "react";
import type { LiveCache } from "./live-cache";

export const LiveCacheContext = createContext<LiveCache | null>(null);

export function useLiveCache(): LiveCache {
  const cache = useContext(LiveCacheContext);
  if (!cache) throw new Error("LiveCacheContext is missing");
  return cache;
}
