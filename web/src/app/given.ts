// Tells a person what was just given to them: on the page, and on the desktop for those who look elsewhere.

import { toastOffer } from "@/components/ui/toast";
import type { Given } from "@/features/conversations/offers";
import { showOnDesktop } from "@/lib/desktop-notice";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";

/** As long as it can be accepted, but not for hours. */
const LONGEST_MS = 60_000;
const SHOWN_MS = 10_000;

const shown = new Map<string, () => void>();

export function tellGiven({ row, until }: Given, open: (id: string) => void): void {
  dropGiven(row.id);
  const name = contactName(row.contact);
  const go = () => open(row.id);
  const said = i18n.t(until ? "offer.toast" : "offer.yours", { name });
  const body = row.last_message?.text ?? "";
  showOnDesktop({ title: said, body, tag: `given ${row.id}`, silent: true }, go);
  // Who looks at it sees the bar above the field.
  if (window.location.pathname === `/inbox/${row.id}`) return;
  const left = until ? Date.parse(until) - Date.now() : SHOWN_MS;
  shown.set(row.id, toastOffer(said, i18n.t("offer.open"), go, Math.min(left, LONGEST_MS)));
}

/** It was accepted, or is somebody else's. */
export function dropGiven(id: string): void {
  shown.get(id)?.();
  shown.delete(id);
}
