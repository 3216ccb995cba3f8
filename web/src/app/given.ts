// Tells a person what was just given to them: on the page, and on the desktop for those who look elsewhere.

import { toastOffer } from "@/components/ui/toast";
import type { Given } from "@/features/conversations/offers";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import { tell } from "@/lib/notifications";

/** The row and the bar stay as long as it can be accepted; this only calls. */
const SHOWN_MS = 15_000;
/** Where all that one has stands. */
const MINE = "/inbox?assignee=me";

/** What the line on the page is about, each until it would be gone. */
let told = new Map<string, { given: Given; until: number }>();
let drop: () => void = () => undefined;

/** `open` goes to an address of the page. */
export function tellGiven(given: Given, open: (address: string) => void): void {
  const { row } = given;
  const address = `/inbox/${row.id}`;
  const notice = { title: words(given), body: row.last_message?.text ?? "" };
  tell("given", { ...notice, tag: `given ${row.id}`, silent: true }, () => open(address));
  // Who looks at it sees the bar above the field.
  if (window.location.pathname === address) return;
  told.set(row.id, { given, until: Date.now() + SHOWN_MS });
  show(open);
}

/** It was accepted, or is somebody else's. */
export function dropGiven(id: string, open: (address: string) => void): void {
  if (told.delete(id)) show(open);
}

/** One line, however many there are: a burst must not cover the page. */
function show(open: (address: string) => void): void {
  drop();
  const now = Date.now();
  told = new Map([...told].filter(([, { until }]) => until > now));
  const [first, ...more] = told.values();
  if (!first) return;
  const left = Math.max(...[first, ...more].map(({ until }) => until)) - now;
  drop =
    more.length === 0
      ? toastOffer(words(first.given), i18n.t("offer.open"), () => opened(first.given), left)
      : toastOffer(
          i18n.t("offer.several", { count: told.size }),
          i18n.t("offer.show"),
          () => {
            told.clear();
            open(MINE);
          },
          left,
        );

  function opened({ row }: Given): void {
    told.clear();
    open(`/inbox/${row.id}`);
  }
}

function words({ row, until }: Given): string {
  return i18n.t(until ? "offer.toast" : "offer.yours", { name: contactName(row.contact) });
}
