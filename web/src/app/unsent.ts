// Tells a person that a message of theirs was not sent at its time: on the page, and on the desktop for those who look
// elsewhere.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { ContactBrief } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import type { ScheduledNews } from "@/lib/socket-frames";
import { callLine } from "./call-line";

/** One notice on the desktop, however many they are. */
const TAG = "unsent";
/** Nobody leaves more unread; the oldest are forgotten. */
const MAX_KNOWN = 200;

export type Unsent = Pick<ScheduledNews, "id" | "conversation_id" | "send_at">;

interface Told {
  unsent: Unsent;
  contact: ContactBrief | undefined;
}

/** What was told in this browser: whoever comes back hears only what is new. */
const useKnown = create<{ known: string[] }>()(
  persist((): { known: string[] } => ({ known: [] }), { name: "unsent", version: 1 }),
);

const line = callLine<Told>({
  words: ([first, ...more]) => {
    if (more.length > 0) return i18n.t("later.toast.several", { count: more.length + 1 });
    return first?.contact
      ? i18n.t("later.toast.to", { name: contactName(first.contact) })
      : i18n.t("later.toast.one");
  },
  addressOf: ({ unsent }) => `/inbox/${unsent.conversation_id}`,
  all: "/scheduled?state=failed",
});

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
  const { words, place } = line.add(unsent.id, { unsent, contact }, open);
  showOnDesktop({ title: words, body: "", tag: TAG, silent: true }, () => open(place));
}

/** It was put away, or waits again. */
export function dropUnsent(id: string, open: (address: string) => void): void {
  line.drop(id, open);
}
