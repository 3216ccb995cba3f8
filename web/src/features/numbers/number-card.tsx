import { Phone, Webhook } from "lucide-react";
import { useTranslation } from "react-i18next";
import { CopyValue } from "@/components/ui/copy-button";
import { Disclosure } from "@/components/ui/disclosure";
import { Notice } from "@/components/ui/notice";
import type { Session } from "@/lib/api/types";
import { ago, phone } from "@/lib/format";
import { useMay } from "@/lib/session-user";
import { useNow } from "@/lib/use-now";
import { HealthChip, QualityChip } from "./health-chip";
import { NumberActions } from "./number-actions";
import { TemplateTable } from "./template-table";

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
  return (
    <li data-testid="number-row" data-id={session.id} className="rounded-2xl border bg-panel p-5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <span className="grid size-11 place-items-center rounded-xl bg-tide-soft text-tide-strong">
          <Phone aria-hidden className="size-5" />
        </span>
        <div className="min-w-48 flex-1">
          <div className="flex flex-wrap items-center gap-2">
            <h2 className="text-lg font-semibold">{session.name}</h2>
            <HealthChip session={session} />
            <QualityChip quality={health.quality} />
          </div>
          <p className="text-ink-soft">
            {session.display_phone_number
              ? phone(session.display_phone_number)
              : session.phone_number_id}
            {session.verified_name && ` · ${session.verified_name}`}
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
      {health.reason && session.status === "active" && (
        <Notice kind={NOTICE[health.state]} text={health.reason} className="mt-4" />
      )}
      {may && (
        <Disclosure
          icon={Webhook}
          title={t("number.webhook")}
          open={fresh || !health.last_webhook_at}
          className="mt-4"
        >
          <p className="mt-2 mb-3 text-sm text-ink-soft">{t("number.webhookHint")}</p>
          <div className="grid gap-3 md:grid-cols-2">
            <ForMeta
              label={t("number.webhookUrl")}
              value={session.webhook_url}
              testId="webhook-url"
            />
            {session.verify_token && (
              <ForMeta
                label={t("number.verifyToken")}
                value={session.verify_token}
                testId="verify-token"
              />
            )}
          </div>
        </Disclosure>
      )}
      <TemplateTable sessionId={session.id} />
    </li>
  );
}

/** A value to be entered at Meta. */
function ForMeta({ label, value, testId }: { label: string; value: string; testId: string }) {
  const { t } = useTranslation();
  return (
    <div className="grid min-w-0 gap-1">
      <span className="text-xs text-ink-faint">{label}</span>
      <CopyValue value={value} label={t("common.copyWhat", { what: label })} testId={testId} />
    </div>
  );
}
