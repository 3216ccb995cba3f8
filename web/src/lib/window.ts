// The customer-service window: free-form messages are allowed for 24 hours after the customer wrote.

export const WINDOW_MS = 24 * 3_600_000;
/** From here on the countdown is shown. */
export const CLOSING_MS = 3 * 3_600_000;

export interface WindowState {
  /** `none`: the customer never wrote. */
  state: "none" | "open" | "closing" | "closed";
  leftMs: number;
  /** What is left, 0 to 1. */
  share: number;
}

export function windowState(expiresAt: string | null, now: number): WindowState {
  if (!expiresAt) return { state: "none", leftMs: 0, share: 0 };
  const leftMs = Math.min(WINDOW_MS, new Date(expiresAt).getTime() - now);
  if (leftMs <= 0) return { state: "closed", leftMs: 0, share: 0 };
  return {
    state: leftMs < CLOSING_MS ? "closing" : "open",
    leftMs,
    share: leftMs / WINDOW_MS,
  };
}

/** Whether anything but a template would be refused. */
export function needsTemplate(window: WindowState): boolean {
  return window.state === "none" || window.state === "closed";
}

/** Whether the window will be over by then, unless the customer writes before. */
export function isBeyondWindow(expiresAt: string | null, at: string): boolean {
  return !expiresAt || new Date(at) >= new Date(expiresAt);
}
