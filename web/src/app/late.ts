// Tells a person that a promise of theirs was not kept: on the page, and on the desktop for those who look elsewhere.

import type { Conversation, SlaMark } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import { callLine } from "./call-line";

/** One notice on the desktop, however many are late: the latest takes the place of the one before. */
const TAG = "sla late";

interface Late {
  row: Conversation;
  mark: SlaMark;
}

const line = callLine<Late>({
  words: ([first, ...more]) => {
    if (!first) return "";
    return more.length > 0
      ? i18n.t("sla.several", { count: more.length + 1 })
      : i18n.t(`sla.toast.${first.mark.goal}`, { name: contactName(first.row.contact) });
  },
  addressOf: ({ row }) => `/inbox/${row.id}`,
  all: "/inbox?assignee=me",
});

/** `open` goes to an address of the page. */
export function tellLate(row: Conversation, mark: SlaMark, open: (address: string) => void): void {
  const { words, place, several } = line.add(row.id, { row, mark }, open);
  const body = several ? "" : (row.last_message?.text ?? "");
  showOnDesktop({ title: words, body, tag: TAG, silent: true }, () => open(place));
}

/** It was answered or closed, or is somebody else's. */
export function dropLate(id: string, open: (address: string) => void): void {
  line.drop(id, open);
}
