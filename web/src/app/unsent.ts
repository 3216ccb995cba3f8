// Tells a person that a message of theirs was not sent at its time: on the page, and on the desktop for those who look
// elsewhere.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import { toastOffer } from "@/components/ui/toast";
import type { ContactBrief } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import type { ScheduledNews } from "@/lib/socket-frames";

/** The line above the conversation's field goes on saying it; this only calls. */
const SHOWN_MS = 15_000;
/** Where all of them stand. */
const UNSENT = "/scheduled?state=failed";
/** One notice on the desktop, however many they are. */
const TAG = "unsent";
/** Nobody leaves more unread; the oldest are forgotten. */
const MAX_KNOWN = 200;

export type Unsent = Pick<ScheduledNews, "id" | "conversation_id" | "send_at">;

interface Told {
  unsent: Unsent;
  contact: ContactBrief | undefined;
  until: number;
}

/** What was told in this browser: whoever comes back hears only what is new. */
const useKnown = create<{ known: string[] }>()(
  persist((): { known: string[] } => ({ known: [] }), { name: "unsent", version: 1 }),
);

/** What the line on the page is about, each until it would be gone. */
let told = new Map<string, Told>();
let drop: () => void = () => undefined;

/** `open` goes to an address of the page. */
export function tellUnsent(
  unsent: Unsent,
  contact: ContactBrief | undefined,
  open: (address: string) => void,
): void {
  // The same one may come by two ways; one that was given another time is another.
  const mark = `${unsent.id} ${unsent.send_at}`;
  const { known } = useKnown.getState();
  if (known.includes(mark)) return;
  useKnown.setState({ known: [...known, mark].slice(-MAX_KNOWN) });
  forgetOld();
  told.set(unsent.id, { unsent, contact, until: Date.now() + SHOWN_MS });
  const address = told.size > 1 ? UNSENT : addressOf(unsent);
  showOnDesktop({ title: words(), body: "", tag: TAG, silent: true }, () => open(address));
  // Who looks at it sees the line above the field.
  if (window.location.pathname === addressOf(unsent)) told.delete(unsent.id);
  show(open);
}

/** It was put away, or waits again. */
export function dropUnsent(id: string, open: (address: string) => void): void {
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
  const go = () => {
    told.clear();
    open(one ? addressOf(first.unsent) : UNSENT);
  };
  drop = toastOffer(words(), i18n.t(one ? "offer.open" : "offer.show"), go, left);
}

function words(): string {
  const [first, ...more] = told.values();
  if (!first) return "";
  if (more.length > 0) return i18n.t("later.toast.several", { count: told.size });
  return first.contact
    ? i18n.t("later.toast.to", { name: contactName(first.contact) })
    : i18n.t("later.toast.one");
}

function addressOf({ conversation_id: id }: Unsent): string {
  return `/inbox/${id}`;
}
