import { CircleAlert, CircleHelp, RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toastProblem } from "@/components/ui/toast";
import type { Message } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useRetryMessage } from "../queries";
import { useReadOnly } from "../read-only";

/** Why a message did not arrive, what to do about it, and a real second try. */
export function FailureLine({ message, retried }: { message: Message; retried: boolean }) {
  const { t } = useTranslation();
  const retry = useRetryMessage();
  const readOnly = useReadOnly();
  const { error } = message;
  const unknown = message.status === "unknown";
  const Icon = unknown ? CircleHelp : CircleAlert;
  return (
    <div
      // The thread reads aloud what comes; old failures must not shout when it is opened.
      role="note"
      className={cn(
        "mt-1.5 mb-1 flex w-card items-start gap-2 border-t pt-2 text-xs",
        unknown ? "border-ember/40 text-ember-ink" : "border-danger-line text-danger",
      )}
    >
      <Icon aria-hidden className="mt-px size-3.5 shrink-0" />
      <div className="min-w-0">
        <p className="font-semibold">
          {unknown ? t("message.unconfirmed") : (error?.title ?? t("message.failed"))}
          {error && !unknown && <span className="font-normal"> ({error.code})</span>}
        </p>
        <p className="text-ink-soft">{unknown ? t("message.unconfirmedHint") : error?.advice}</p>
        {retried && <p className="text-ink-soft">{t("message.sentAgain")}</p>}
        {!retried && !readOnly && (
          <button
            type="button"
            data-testid="retry-button"
            disabled={retry.isPending}
            onClick={() => retry.mutate(message.id, { onError: toastProblem })}
            className="mt-1 inline-flex h-7 items-center gap-1.5 rounded-md border border-current px-2 font-semibold hover:bg-raised disabled:opacity-50"
          >
            <RotateCcw aria-hidden className="size-3" />
            {unknown ? t("message.sendAgainAnyway") : t("common.tryAgain")}
          </button>
        )}
      </div>
    </div>
  );
}
