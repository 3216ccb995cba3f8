// When somebody last touched this dashboard, in whichever of this browser's tabs.

/** Whoever touches nothing for so long is away. */
export const IDLE_MS = 10 * 60_000;
/** Touches closer together than this are one: a moving pointer must not write hundreds of times. */
const NEXT_MS = 10_000;
/** Two tabs do not do the same within this time. */
const CLAIM_MS = 5_000;

const TOUCHED = "last-touch";
const TOLD = "idle-told";
const CLAIMED = "status-claim";

function read(name: string): number {
  return Number(localStorage.getItem(name) ?? 0);
}

export function noteTouch(now: number): void {
  if (Math.abs(now - read(TOUCHED)) >= NEXT_MS) localStorage.setItem(TOUCHED, String(now));
}

export function isIdle(now: number): boolean {
  return now - read(TOUCHED) >= IDLE_MS;
}

/**
 * Whether it is time to say that nobody is here: once after each touch. Another device may be in use and say the
 * opposite; without this the two would quarrel.
 */
export function takeIdle(now: number): boolean {
  if (!isIdle(now) || read(TOLD) === read(TOUCHED)) return false;
  localStorage.setItem(TOLD, String(read(TOUCHED)));
  return true;
}

/** It could not be said: let it be tried again. */
export function giveIdleBack(): void {
  localStorage.removeItem(TOLD);
}

/** Whether this tab is the one that says that somebody is back. */
export function takeReturn(now: number): boolean {
  if (Math.abs(now - read(CLAIMED)) < CLAIM_MS) return false;
  localStorage.setItem(CLAIMED, String(now));
  return true;
}
