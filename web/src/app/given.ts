// Tells a person what was just given to them: on the page, and on the desktop for those who look elsewhere.

import type { Given } from "@/features/conversations/offers";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import { tell } from "@/lib/notifications";
import { callLine } from "./call-line";

const addressOf = ({ row }: Given) => `/inbox/${row.id}`;

const line = callLine<Given>({
  words: ([first, ...more]) => {
    if (!first) return "";
    return more.length > 0 ? i18n.t("offer.several", { count: more.length + 1 }) : words(first);
  },
  addressOf,
  all: "/inbox?assignee=me",
});

/** `open` goes to an address of the page. */
export function tellGiven(given: Given, open: (address: string) => void): void {
  const { row } = given;
  const notice = { title: words(given), body: row.last_message?.text ?? "" };
  tell("given", { ...notice, tag: `given ${row.id}`, silent: true }, () => open(addressOf(given)));
  line.add(row.id, given, open);
}

/** It was accepted, or is somebody else's. */
export function dropGiven(id: string, open: (address: string) => void): void {
  line.drop(id, open);
}

function words({ row, until }: Given): string {
  return i18n.t(until ? "offer.toast" : "offer.yours", { name: contactName(row.contact) });
}
