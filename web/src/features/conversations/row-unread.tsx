import { Mail } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import type { Conversation } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { useSelection } from "./bulk/selection";
import { isUnseen } from "./seen";

interface RowUnreadProps {
  row: Conversation;
  onUnread: (id: string) => void;
}

/** Marks a row unread; where the mouse points. Without it in the way of Tab: the shortcut does the same. */
export function RowUnread({ row, onUnread }: RowUnreadProps) {
  const { t } = useTranslation();
  const selecting = useSelection(({ on }) => on);
  if (selecting || isUnseen(row)) return null;
  return (
    <IconButton
      small
      icon={Mail}
      label={t("conversation.markUnreadOf", { name: contactName(row.contact) })}
      title={t("conversation.markUnread")}
      tabIndex={-1}
      onClick={() => onUnread(row.id)}
      className="absolute end-3 top-1 border bg-raised opacity-0 shadow-lift group-hover/row:opacity-100 [@media(hover:none)]:hidden"
    />
  );
}
