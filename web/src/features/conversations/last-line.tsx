import type { TFunction } from "i18next";
import { StickyNote } from "lucide-react";
import { KindIcon, namedKind } from "@/components/message-kind";
import { Ticks } from "@/components/ticks";
import type { Conversation } from "@/lib/api/types";
import { cn } from "@/lib/classes";

interface LastLineProps {
  t: TFunction;
  row: Conversation;
  strong: boolean;
}

/** The line under the name: whose it is, how far it came, and what it says. */
export function LastLine({ t, row, strong }: LastLineProps) {
  const last = row.last_message;
  if (!last) {
    return <span className="min-w-0 flex-1 text-sm text-ink-faint">{t("conversation.empty")}</span>;
  }
  const failed = last.status === "failed";
  return (
    <span
      className={cn(
        "flex min-w-0 flex-1 items-center gap-1.5 text-sm",
        strong ? "text-ink" : "text-ink-soft",
        failed && "text-danger",
      )}
    >
      {last.direction === "outbound" && <Ticks status={last.status} />}
      {last.direction === "note" && (
        <StickyNote aria-label={t("message.note")} className="size-3.5 shrink-0 text-note-ink" />
      )}
      <KindIcon kind={last.type} />
      <bdi className="truncate">{last.text?.trim() || t(`kind.${namedKind(last.type)}`)}</bdi>
    </span>
  );
}
