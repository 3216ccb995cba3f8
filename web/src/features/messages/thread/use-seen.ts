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

/** Calls `onSeen` once for each new state with unread messages, while somebody is reading the thread's end. */
export function useSeen(unread: number, reading: boolean, onSeen: () => void): void {
  const told = useRef(0);
  const tell = useRef(onSeen);
  tell.current = onSeen;
  useEffect(() => {
    if (unread === 0) told.current = 0;
    if (unread === 0 || unread === told.current || !reading) return;
    told.current = unread;
    tell.current();
  }, [unread, reading]);
}
