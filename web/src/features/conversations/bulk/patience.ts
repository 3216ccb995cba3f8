// How long to wait for a hub that has too much to do, and when to stop hoping.

import { ApiError, NetworkError } from "@/lib/api/problem";

/** Waits double from here while the hub names no time. */
const FIRST_WAIT_MS = 1_000;
/** Nobody watches a bar that stands still for longer, whatever the hub asks for. */
const LONGEST_WAIT_MS = 60_000;
const BUSY = [429, 502, 503, 504];

export const MAX_TRIES = 5;

/** Whether the hub would do the same thing a little later; asked twice it is done once. */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof NetworkError || (error instanceof ApiError && BUSY.includes(error.status))
  );
}

/** How long to wait after this many tries. */
export function waitOf(error: unknown, tries: number): number {
  const asked = error instanceof ApiError ? error.waitSeconds : null;
  const wait = asked === null ? FIRST_WAIT_MS * 2 ** (tries - 1) : asked * 1_000;
  return Math.min(wait, LONGEST_WAIT_MS);
}

/** Waits, unless it is told to stop. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener("abort", end);
  });
}
