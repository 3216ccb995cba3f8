// Works through a long list, a few at a time. A hub that asks for patience makes all lanes wait: each of them asking
// again by itself would keep it busy.

import { isBusy, MAX_TRIES, pause, waitOf } from "./patience";

/** As much as one person may ask of the hub at once. */
const LANES = 6;

export interface Told<Item> {
  done: (item: Item) => void;
  failed: (item: Item, error: unknown) => void;
  /** The hub asked to wait, or no longer does. */
  waits: (waits: boolean) => void;
}

interface Rest<Item> {
  /** What nobody began with, or was broken off. */
  left: Item[];
  /** Why it ended early; null when it was stopped or came to its end. */
  gaveUp: unknown;
}

export async function workThrough<Item>(
  items: Item[],
  work: (item: Item) => Promise<void>,
  told: Told<Item>,
  stop: AbortSignal,
): Promise<Rest<Item>> {
  const broken: Item[] = [];
  let next = 0;
  let goOnAt = 0;
  let gaveUp: unknown = null;
  const ends = () => stop.aborted || gaveUp !== null;

  const waitForHub = async () => {
    while (goOnAt > Date.now() && !ends()) {
      told.waits(true);
      await pause(goOnAt - Date.now(), stop);
    }
    told.waits(false);
  };

  const tryOne = async (item: Item) => {
    for (let tries = 1; ; tries += 1) {
      if (goOnAt > 0) await waitForHub();
      if (ends()) break;
      try {
        await work(item);
        return told.done(item);
      } catch (error) {
        if (!isBusy(error)) return told.failed(item, error);
        // What five tries did not bring, the next thousand would not bring either.
        if (tries === MAX_TRIES) gaveUp ??= error;
        else goOnAt = Math.max(goOnAt, Date.now() + waitOf(error, tries));
      }
    }
    broken.push(item);
  };

  const lane = async () => {
    while (next < items.length && !ends()) {
      const item = items[next] as Item;
      next += 1;
      await tryOne(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane));
  return { left: [...broken, ...items.slice(next)], gaveUp };
}
