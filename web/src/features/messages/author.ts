import type { Message } from "@/lib/api/types";
import i18n from "@/lib/i18n";

/** What an author is called; who is no person has a name for what they are. Null: nobody knows. */
export function authorName(author: Message["author"]): string | null {
  if (author?.name) return author.name;
  if (author?.type === "system") return i18n.t("message.automatic");
  if (author?.type === "bot") return i18n.t("message.bot");
  if (author?.type === "app") return i18n.t("message.fromPhone");
  return null;
}
