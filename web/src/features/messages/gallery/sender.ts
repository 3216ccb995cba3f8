import type { Message } from "@/lib/api/types";
import i18n from "@/lib/i18n";
import { authorName } from "../author";

/** Whose file it is. */
export function senderOf({ direction, author }: Message, contactName: string): string {
  if (direction === "inbound") return contactName;
  return authorName(author) ?? i18n.t("message.you");
}
