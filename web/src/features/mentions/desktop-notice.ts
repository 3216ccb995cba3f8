// Tells that somebody was called.

import type { Message } from "@/lib/api/types";
import i18n from "@/lib/i18n";
import { tell } from "@/lib/notifications";

export function noticeOnDesktop(note: Message, onOpen: () => void): void {
  const title = i18n.t("mention.noticeTitle", { name: note.author?.name ?? "" }).trim();
  tell("mentions", { title, body: note.text ?? "", tag: note.id }, onOpen);
}
