import { useRef } from "react";
import { useConnection } from "@/lib/connection";
import { useNow } from "@/lib/use-now";

/** Whether what the socket keeps true is old: the connection is away, or was since it was loaded. */
export function useOutdated(loadedAt: number): boolean {
  const staleSince = useConnection((connection) => connection.staleSince);
  const now = useNow();
  const broken = useRef(Number.NEGATIVE_INFINITY);
  if (staleSince !== null) broken.current = staleSince;
  const unheard = staleSince !== null || loadedAt <= broken.current;
  // A short break is nobody's business: it must last until the page's clock goes on.
  return unheard && now > broken.current;
}
