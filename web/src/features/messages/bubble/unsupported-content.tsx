import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/api/types";

/** A kind that we can't show: nothing is lost, the raw message can be looked at. */
export function UnsupportedContent({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <div className="max-w-80">
      <p className="text-ink-soft italic">
        {message.text ?? t("message.unsupported", { kind: message.type })}
      </p>
      <details className="mt-1 text-xs">
        <summary className="text-tide-strong">{t("message.showRaw")}</summary>
        <pre
          className="mt-1 max-h-60 overflow-auto rounded-lg bg-ink/5 p-2 font-mono text-2xs"
          dir="ltr"
        >
          {JSON.stringify(message.content, null, 2)}
        </pre>
      </details>
    </div>
  );
}
