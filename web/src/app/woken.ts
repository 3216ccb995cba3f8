// Tells a person that something they put off is there again: on the page, and on the desktop for those who look elsewhere.

import type { Conversation } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import { tell } from "@/lib/notifications";
import { callLine } from "./call-line";

const addressOf = ({ id }: Conversation) => `/inbox/${id}`;

const words = ({ contact }: Conversation) => i18n.t("woken.one", { name: contactName(contact) });

const line = callLine<Conversation>({
  words: ([first, ...more]) => {
    if (!first) return "";
    return more.length > 0 ? i18n.t("woken.several", { count: more.length + 1 }) : words(first);
  },
  addressOf,
  all: "/inbox?assignee=me",
});

/** Whoever wants to hear what is given to them wants to hear this. `open` goes to an address of the page. */
export function tellWoken(row: Conversation, open: (address: string) => void): void {
  const notice = { title: words(row), body: row.last_message?.text ?? "" };
  tell("given", { ...notice, tag: `woken ${row.id}`, silent: true }, () => open(addressOf(row)));
  line.add(row.id, row, open);
}

/** It sleeps again, is closed, or is somebody else's. */
export function dropWoken(id: string, open: (address: string) => void): void {
  line.drop(id, open);
}
