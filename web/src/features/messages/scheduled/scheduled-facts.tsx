import { CalendarX2, CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { KindIcon, namedKind } from "@/components/message-kind";
import { Chip } from "@/components/ui/chip";
import type { ScheduledMessage } from "@/lib/api/types";
import { fullTime, plannedTime } from "@/lib/format";
import { useLogin } from "@/lib/session-user";
import { useNow } from "@/lib/use-now";
import { reasonText } from "./reason";
import { bodyOf } from "./words";

/** When, by whom, and on what condition; `off`: the condition is broken already. */
export function ScheduledHead({ row, off = false }: { row: ScheduledMessage; off?: boolean }) {
  const { t } = useTranslation();
  const now = useNow();
  const me = useLogin((login) => login.user?.id);
  const author = row.author.id === me ? t("message.you") : (row.author.name ?? t("later.program"));
  return (
    <span className="flex flex-wrap items-baseline gap-x-2 gap-y-1 text-sm">
      <time
        dateTime={row.send_at}
        title={fullTime(row.send_at)}
        className="inline-block font-medium tabular-nums first-letter:uppercase"
      >
        {plannedTime(row.send_at, now)}
      </time>
      <span className="min-w-0 text-ink-soft wrap-anywhere">
        <bdi>{author}</bdi>
      </span>
      {row.unless_reply && row.state === "waiting" && !off && <Chip>{t("later.notIfWrites")}</Chip>}
      {off && (
        <span className="flex basis-full items-start gap-1.5 text-ember-ink">
          <CalendarX2 aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span className="min-w-0">{t("later.off", { count: 1 })}</span>
        </span>
      )}
    </span>
  );
}

/** What it says, and why it was not sent. */
export function ScheduledWords({ row }: { row: ScheduledMessage }) {
  const { t } = useTranslation();
  const { type } = bodyOf(row);
  return (
    <>
      <span className="mt-1 flex items-start gap-1.5">
        <KindIcon kind={type} className="mt-0.5 size-4 shrink-0 text-ink-soft" />
        <span dir="auto" className="line-clamp-4 min-w-0 whitespace-pre-line wrap-anywhere">
          {row.text?.trim() || t(`kind.${namedKind(type)}`)}
        </span>
      </span>
      {row.state === "failed" && (
        <span className="mt-1.5 flex items-start gap-1.5 text-sm text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span className="min-w-0">
            {t("message.notSent")} {reasonText(row.reason)}
          </span>
        </span>
      )}
    </>
  );
}
