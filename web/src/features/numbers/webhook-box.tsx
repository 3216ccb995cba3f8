import { Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyValue } from "@/components/ui/copy-button";
import { Disclosure } from "@/components/ui/disclosure";
import { Notice } from "@/components/ui/notice";
import type { Session } from "@/lib/api/types";

/** What to subscribe to at Meta, by what it is good for. */
const FIELDS = [
  { names: ["messages"], why: "messages" },
  {
    names: [
      "message_template_status_update",
      "message_template_quality_update",
      "phone_number_quality_update",
    ],
    why: "quality",
  },
  { names: ["smb_message_echoes"], why: "echoes" },
] as const;

/** What to enter at Meta; open until the first webhook came, and not closed by it while somebody reads. */
export function WebhookBox({ session, fresh }: { session: Session; fresh: boolean }) {
  const { t } = useTranslation();
  const [open] = useState(fresh || !session.health.last_webhook_at);
  return (
    <Disclosure icon={Webhook} title={t("number.webhook")} open={open} className="mt-4">
      {!isCalledByMeta(session.webhook_url) && (
        <Notice kind="warning" text={t("number.webhookUnreachable")} className="mt-3" />
      )}
      <p className="mt-2 mb-3 text-sm text-ink-soft">{t("number.webhookHint")}</p>
      <div className="grid gap-3 md:grid-cols-2">
        <ForMeta label={t("number.webhookUrl")} value={session.webhook_url} testId="webhook-url" />
        {session.verify_token && (
          <ForMeta
            label={t("number.verifyToken")}
            value={session.verify_token}
            testId="verify-token"
          />
        )}
      </div>
      <p className="mt-4 text-sm text-ink-soft">{t("number.webhookFields")}</p>
      <ul className="mt-1.5 mb-1 grid list-disc gap-1 ps-5 text-sm text-ink-soft">
        {FIELDS.map(({ names, why }) => (
          <li key={why}>
            {names.map((name, index) => (
              <span key={name}>
                {index > 0 && ", "}
                <code className="font-mono text-xs wrap-anywhere text-ink">{name}</code>
              </span>
            ))}{" "}
            {t(`number.webhookWhy.${why}`)}
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

/** Meta calls https alone, and from its own machines this one is not "localhost". */
function isCalledByMeta(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" && !/(^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);
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
