import { CalendarClock, CalendarX2, CircleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, ScheduledState } from "@/lib/api/types";
import { plannedTime } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { scheduledQuery } from "./queries";
import { isOff, useLastReply } from "./reply-since";

const ScheduledDialog = lazily(async () => (await import("./scheduled-dialog")).ScheduledDialog);
const OffActions = lazily(async () => (await import("./off-actions")).OffActions);

/** Above the field to write in: what waits for its time here, and what was not sent; nothing where there is nothing. */
export function ScheduledLine({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const inState = (state: ScheduledState) =>
    scheduledQuery({ conversation: conversation.id, state });
  const waiting = usePaged(inState("waiting")).data ?? [];
  const failed = usePaged(inState("failed")).data ?? [];
  const lastReply = useLastReply(conversation);
  const off = waiting.filter((row) => isOff(row, lastReply));
  const going = waiting.filter((row) => !off.includes(row));
  const [next] = going;
  const [only, ...others] = off;
  if (waiting.length === 0 && failed.length === 0 && !open) return null;
  return (
    <>
      <div className="flex flex-wrap items-center border-t bg-panel">
        <button
          type="button"
          data-testid="scheduled-line"
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
          className="flex min-h-8 min-w-0 flex-1 basis-72 flex-wrap items-center gap-x-4 gap-y-0.5 px-3.5 py-1 text-start text-xs text-ink-soft -outline-offset-2 hover:bg-sunken max-md:min-h-10"
        >
          {failed.length > 0 && (
            <span className="flex items-center gap-2 font-medium text-danger">
              <CircleAlert aria-hidden className="size-3.5 shrink-0" />
              {t("later.failed", { count: failed.length })}
            </span>
          )}
          {only && (
            <span role="status" className="flex items-center gap-2 font-medium text-ember-ink">
              <CalendarX2 aria-hidden className="size-3.5 shrink-0" />
              {t("later.off", { count: off.length })}
            </span>
          )}
          {next && (
            <span className="flex items-center gap-2">
              <CalendarClock aria-hidden className="size-3.5 shrink-0" />
              {t("later.waiting", { count: going.length, at: plannedTime(next.send_at, now) })}
            </span>
          )}
        </button>
        {only && others.length === 0 && (
          <span className="flex px-1">
            <OffActions row={only} sessionId={conversation.session_id} />
          </span>
        )}
      </div>
      {open && (
        <ScheduledDialog
          conversation={conversation}
          rows={[...failed, ...waiting]}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
