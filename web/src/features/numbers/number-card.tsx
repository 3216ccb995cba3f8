import { Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Notice } from "@/components/ui/notice";
import type { Session } from "@/lib/api/types";
import { ago, phone } from "@/lib/format";
import { useMay } from "@/lib/session-user";
import { useNow } from "@/lib/use-now";
import { useFailedTest } from "./failed-tests";
import { HealthChip, QualityChip } from "./health-chip";
import { NumberActions } from "./number-actions";
import { TemplateTable } from "./template-table";
import { WebhookBox } from "./webhook-box";

const NOTICE = {
  ok: "info",
  unknown: "info",
  limited: "time",
  webhook_silent: "time",
  token_invalid: "danger",
  blocked: "danger",
} as const;

/** A number: whether it works, what to enter at Meta, and what can be done with it. */
export function NumberCard({ session, fresh }: { session: Session; fresh: boolean }) {
  const { t } = useTranslation();
  const may = useMay("admin");
  const now = useNow();
  const { health } = session;
  const failed = useFailedTest(session);
  return (
    <li data-testid="number-row" data-id={session.id} className="rounded-2xl border bg-panel p-5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <span className="grid size-11 place-items-center rounded-xl bg-tide-soft text-tide-strong">
          <Phone aria-hidden className="size-5" />
        </span>
        <div className="min-w-48 flex-1">
          <div className="flex flex-wrap items-center gap-2">
            <h2 className="text-lg font-semibold">{session.name}</h2>
            <HealthChip session={session} unreachable={failed !== null} />
            <QualityChip quality={health.quality} />
          </div>
          <p className="text-ink-soft">
            <bdi>
              {session.display_phone_number
                ? phone(session.display_phone_number)
                : session.phone_number_id}
            </bdi>
            {session.verified_name && (
              <>
                {" · "}
                <bdi>{session.verified_name}</bdi>
              </>
            )}
          </p>
          <p className="mt-0.5 text-xs text-ink-faint">
            {health.last_webhook_at
              ? t("number.lastWebhook", { ago: ago(health.last_webhook_at, now) })
              : t("number.noWebhook")}
            {health.checked_at && ` · ${t("number.checked", { ago: ago(health.checked_at, now) })}`}
          </p>
        </div>
        {may && <NumberActions session={session} />}
      </div>
      {failed && (
        <Notice
          kind="danger"
          text={t("number.testFailed", { ago: ago(failed.at, now), reason: failed.reason })}
          className="mt-4"
        />
      )}
      {health.reason && session.status === "active" && (
        <Notice kind={NOTICE[health.state]} text={health.reason} className="mt-4" />
      )}
      {may && <WebhookBox session={session} fresh={fresh} />}
      <TemplateTable sessionId={session.id} />
    </li>
  );
}
