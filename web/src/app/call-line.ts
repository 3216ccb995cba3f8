// One line on the page for what calls a person, however many of it there are: a burst must not cover the page.

import { toastOffer } from "@/components/ui/toast";
import i18n from "@/lib/i18n";

/** What it is about goes on saying it; the line only calls. */
const SHOWN_MS = 15_000;

type Open = (address: string) => void;

interface CallLine<Thing> {
  /** What it says of one, or of several. */
  words: (things: Thing[]) => string;
  /** Where one stands; who looks there already is not called. */
  addressOf: (thing: Thing) => string;
  /** Where all of them stand. */
  all: string;
}

/** A line of its own kind. `open` goes to an address of the page. */
export function callLine<Thing>({ words, addressOf, all }: CallLine<Thing>) {
  /** Each until it would be gone. */
  let told = new Map<string, { thing: Thing; until: number }>();
  let drop: () => void = () => undefined;

  function things(): Thing[] {
    const now = Date.now();
    told = new Map([...told].filter(([, { until }]) => until > now));
    return [...told.values()].map(({ thing }) => thing);
  }

  function placeOf(called: Thing[]): string {
    const [first, ...more] = called;
    return first !== undefined && more.length === 0 ? addressOf(first) : all;
  }

  function show(open: Open): void {
    drop();
    const called = things();
    if (called.length === 0) return;
    const left = Math.max(...[...told.values()].map(({ until }) => until)) - Date.now();
    const go = () => {
      told.clear();
      open(placeOf(called));
    };
    const label = i18n.t(called.length === 1 ? "offer.open" : "offer.show");
    drop = toastOffer(words(called), label, go, left);
  }

  return {
    /** Calls because of one more; what is said of it and the others, and where that leads, for the desktop as well. */
    add(id: string, thing: Thing, open: Open) {
      told.set(id, { thing, until: Date.now() + SHOWN_MS });
      const called = things();
      if (window.location.pathname === addressOf(thing)) told.delete(id);
      show(open);
      return { words: words(called), place: placeOf(called), several: called.length > 1 };
    },
    /** It does not call any more. */
    drop(id: string, open: Open): void {
      if (told.delete(id)) show(open);
    },
  };
}
