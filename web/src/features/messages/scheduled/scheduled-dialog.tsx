import { CalendarCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Lines } from "@/components/settings-page";
import { buttonClasses } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/states";
import type { Conversation, ScheduledMessage } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { EditDialog } from "./edit-dialog";
import { isOff, useLastReply } from "./reply-since";
import { ScheduledItem } from "./scheduled-item";

interface ScheduledDialogProps {
  conversation: Conversation;
  rows: ScheduledMessage[];
  onClose: () => void;
}

/** What waits for its time in a conversation, and what was not sent, with what can be done about it. */
export function ScheduledDialog({ conversation, rows, onClose }: ScheduledDialogProps) {
  const { t } = useTranslation();
  const lastReply = useLastReply(conversation);
  const [edited, setEdited] = useState<ScheduledMessage | null>(null);
  return (
    <Dialog
      title={t("later.title")}
      description={<bdi>{contactName(conversation.contact)}</bdi>}
      step={rows.length === 0 ? "empty" : "list"}
      onClose={onClose}
      footer={
        <Link to="/scheduled" className={buttonClasses({ look: "quiet" })}>
          {t("later.all")}
        </Link>
      }
    >
      {rows.length === 0 ? (
        <Empty icon={CalendarCheck} title={t("later.none.waiting")} />
      ) : (
        <Lines label={t("later.title")}>
          {rows.map((row) => (
            <ScheduledItem
              key={row.id}
              row={row}
              sessionId={conversation.session_id}
              off={isOff(row, lastReply)}
              onEdit={() => setEdited(row)}
            />
          ))}
        </Lines>
      )}
      {edited && (
        <EditDialog
          row={edited}
          windowExpiresAt={conversation.window_expires_at}
          onClose={() => setEdited(null)}
        />
      )}
    </Dialog>
  );
}
