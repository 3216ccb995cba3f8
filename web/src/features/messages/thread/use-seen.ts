import { useEffect, useRef, useState } from "react";

function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** Whether somebody looks at this page right now. */
export function useLookedAt(): boolean {
  const [looked, setLooked] = useState(isLookedAt);
  useEffect(() => {
    const check = () => setLooked(isLookedAt());
    window.addEventListener("focus", check);
    window.addEventListener("blur", check);
    document.addEventListener("visibilitychange", check);
    return () => {
      window.removeEventListener("focus", check);
      window.removeEventListener("blur", check);
      document.removeEventListener("visibilitychange", check);
    };
  }, []);
  return looked;
}

/** What a person has not seen of a conversation. */
export interface ToSee {
  /** Another text when more has come. */
  state: string;
  /** Whether the hub is to hear that it was looked at. */
  due: boolean;
  /** How many messages nobody has read. */
  unread: number;
  /** The last message that was seen; null when that is not known. */
  after: string | null;
}

/**
 * Calls `onSeen` once for each new state that is due, while somebody is reading the thread's end. What becomes due
 * without anything new was marked unread by hand: it stays so until the thread is opened again.
 */
export function useSeen({ state, due }: ToSee, reading: boolean, onSeen: () => void): void {
  const told = useRef<string | null>(null);
  const tell = useRef(onSeen);
  tell.current = onSeen;
  useEffect(() => {
    if (!due) told.current = state;
    if (!due || state === told.current || !reading) return;
    told.current = state;
    tell.current();
  }, [state, due, reading]);
}
