import { useSyncExternalStore } from "react";

// One clock for everything that counts down: hundreds of rows must not mean hundreds of timers.
class Clock {
  private now = Date.now();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly everyMs: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.timer ??= setInterval(this.tick, this.everyMs);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  };

  readonly read = (): number => {
    // Nobody listened for a while: the kept instant is old.
    if (!this.timer) this.now = Math.max(this.now, Date.now() - (Date.now() % this.everyMs));
    return this.now;
  };

  private readonly tick = () => {
    this.now = Date.now();
    for (const listener of this.listeners) listener();
  };
}

const coarse = new Clock(20_000);
const fine = new Clock(1_000);

/** The time, renewed every 20 seconds. */
export function useNow(): number {
  return useSyncExternalStore(coarse.subscribe, coarse.read);
}

/** The time, renewed every second. */
export function useSeconds(): number {
  return useSyncExternalStore(fine.subscribe, fine.read);
}
