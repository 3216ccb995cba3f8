import type { TFunction } from "i18next";
import { Mail } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import type { Conversation } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { useSelection } from "./bulk/selection";
import { isUnseen } from "./seen";

interface RowUnreadProps {
  t: TFunction;
  row: Conversation;
  onUnread: (id: string) => void;
}

/** Marks a row unread; where the mouse points. Without it in the way of Tab: the shortcut does the same. */
export function RowUnread({ t, row, onUnread }: RowUnreadProps) {
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
