import { useCallback, useEffect, useState } from "react";
import type { Message } from "@/lib/api/types";
import type { Day } from "./layout";

/** How long the message that was jumped to stays marked. */
const MARKED_MS = 1_800;
/** Pages to load in search of an old message before giving up. */
const MAX_PAGES = 20;

/** Goes to a message, loading what is older until it is there. */
export function useJump(
  days: Day[],
  byId: Map<string, Message>,
  loadOlder: () => void,
  hasOlder: boolean,
) {
  const [wanted, setWanted] = useState<{ id: string; pages: number } | null>(null);
  const [highlighted, setHighlighted] = useState<string | null>(null);
  const found = wanted !== null && byId.has(wanted.id);
  const kept = found
    ? (days.find((day) => day.lines.some((line) => line.message.id === wanted.id))?.key ?? null)
    : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `days` tells that another page has come.
  useEffect(() => {
    if (!wanted) return;
    if (!found) {
      if (!hasOlder || wanted.pages >= MAX_PAGES) return setWanted(null);
      loadOlder();
      return;
    }
    const target = document.getElementById(wanted.id);
    if (!target) return;
    target.scrollIntoView({ block: "center", behavior: "auto" });
    setHighlighted(wanted.id);
    const timer = setTimeout(() => {
      setHighlighted(null);
      setWanted(null);
    }, MARKED_MS);
    return () => clearTimeout(timer);
  }, [wanted, found, hasOlder, days]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: counts the pages that came while searching.
  useEffect(() => {
    setWanted((now) => (now && !found ? { ...now, pages: now.pages + 1 } : now));
  }, [byId]);

  const jump = useCallback((id: string) => setWanted({ id, pages: 0 }), []);
  return { jump, highlighted, kept };
}
