// Tells on the desktop that somebody was called.

import type { Message } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import i18n from "@/lib/i18n";

export function noticeOnDesktop(note: Message, onOpen: () => void): void {
  const title = i18n.t("mention.noticeTitle", { name: note.author?.name ?? "" }).trim();
  showOnDesktop({ title, body: note.text ?? "", tag: note.id }, onOpen);
}
