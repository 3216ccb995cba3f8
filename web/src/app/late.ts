// Tells a person that a promise of theirs was not kept: on the page, and on the desktop for those who look elsewhere.

import { toastOffer } from "@/components/ui/toast";
import type { Conversation, SlaMark } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";

/** The row goes on saying it; this only calls. */
const SHOWN_MS = 15_000;
/** Where all that one has stands. */
const MINE = "/inbox?assignee=me";
/** One notice on the desktop, however many are late: the latest takes the place of the one before. */
const TAG = "sla late";

interface Late {
  row: Conversation;
  mark: SlaMark;
  until: number;
}

/** What the line on the page is about, each until it would be gone. */
let told = new Map<string, Late>();
let drop: () => void = () => undefined;

/** `open` goes to an address of the page. */
export function tellLate(row: Conversation, mark: SlaMark, open: (address: string) => void): void {
  forgetOld();
  told.set(row.id, { row, mark, until: Date.now() + SHOWN_MS });
  const body = row.last_message?.text ?? "";
  const several = told.size > 1;
  showOnDesktop({ title: words(), body: several ? "" : body, tag: TAG, silent: true }, () =>
    open(several ? MINE : addressOf(row)),
  );
  // Who looks at it sees it in its header.
  if (window.location.pathname === addressOf(row)) told.delete(row.id);
  show(open);
}

/** It was answered or closed, or is somebody else's. */
export function dropLate(id: string, open: (address: string) => void): void {
  if (told.delete(id)) show(open);
}

function forgetOld(): void {
  const now = Date.now();
  told = new Map([...told].filter(([, { until }]) => until > now));
}

/** One line, however many there are: a burst must not cover the page. */
function show(open: (address: string) => void): void {
  drop();
  forgetOld();
  const all = [...told.values()];
  const [first] = all;
  if (!first) return;
  const one = all.length === 1;
  const left = Math.max(...all.map(({ until }) => until)) - Date.now();
  const label = i18n.t(one ? "offer.open" : "offer.show");
  const go = () => {
    told.clear();
    open(one ? addressOf(first.row) : MINE);
  };
  drop = toastOffer(words(), label, go, left);
}

function words(): string {
  const [first, ...more] = told.values();
  if (!first) return "";
  return more.length > 0
    ? i18n.t("sla.several", { count: told.size })
    : i18n.t(`sla.toast.${first.mark.goal}`, { name: contactName(first.row.contact) });
}

function addressOf({ id }: Conversation): string {
  return `/inbox/${id}`;
}
