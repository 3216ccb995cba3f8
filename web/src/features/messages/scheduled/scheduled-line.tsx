import { CalendarClock, CircleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, ScheduledState } from "@/lib/api/types";
import { plannedTime } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { scheduledQuery } from "./queries";

const ScheduledDialog = lazily(async () => (await import("./scheduled-dialog")).ScheduledDialog);

/** Above the field to write in: what waits for its time here, and what was not sent; nothing where there is nothing. */
export function ScheduledLine({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const inState = (state: ScheduledState) =>
    scheduledQuery({ conversation: conversation.id, state });
  const waiting = usePaged(inState("waiting")).data ?? [];
  const failed = usePaged(inState("failed")).data ?? [];
  const [next] = waiting;
  if (waiting.length === 0 && failed.length === 0 && !open) return null;
  return (
    <>
      <button
        type="button"
        data-testid="scheduled-line"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="flex min-h-8 w-full flex-wrap items-center gap-x-4 gap-y-0.5 border-t bg-panel px-3.5 py-1 text-start text-xs text-ink-soft -outline-offset-2 hover:bg-sunken max-md:min-h-10"
      >
        {failed.length > 0 && (
          <span className="flex items-center gap-2 font-medium text-danger">
            <CircleAlert aria-hidden className="size-3.5 shrink-0" />
            {t("later.failed", { count: failed.length })}
          </span>
        )}
        {next && (
          <span className="flex items-center gap-2">
            <CalendarClock aria-hidden className="size-3.5 shrink-0" />
            {t("later.waiting", { count: waiting.length, at: plannedTime(next.send_at, now) })}
          </span>
        )}
      </button>
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
