// Whether the next conversation opens by itself when one is done with: closed, put off or handed on.

import { useEffect, useRef } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";

/** As one wants it in this browser. */
export const useGoOn = create<{ wanted: boolean }>()(
  persist((): { wanted: boolean } => ({ wanted: false }), { name: "go-on", version: 1 }),
);

const listeners = new Set<(id: string) => void>();

/** Somebody is done with a conversation. */
export function doneWith(id: string): void {
  if (!useGoOn.getState().wanted) return;
  for (const listener of listeners) listener(id);
}

export function useDoneWith(listener: (id: string) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear = (id: string) => latest.current(id);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }, []);
}
