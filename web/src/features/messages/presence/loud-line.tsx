import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";

export interface Asking {
  /** Somebody wants to send all the same. */
  asks: boolean;
  onSend(): void;
  onWait(): void;
}

interface LoudLineProps extends Asking {
  icon: LucideIcon;
  words: string;
  testId: string;
  /** What can be done while nothing is asked. */
  children?: ReactNode;
}

/** What one has to know before one sends, above the field; and what is asked back then. */
export function LoudLine(props: LoudLineProps) {
  const { icon: Icon, words, testId, asks, onSend, onWait, children } = props;
  const { t } = useTranslation();
  return (
    <div
      role="status"
      data-testid={testId}
      className="flex flex-wrap items-center gap-2 border-b border-ember/30 bg-ember-soft px-3.5 py-1.5 text-xs text-ember-ink"
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      <span className="min-w-0 flex-1">{words}</span>
      {asks ? (
        <>
          <Button size="sm" look="secondary" onClick={onWait}>
            {t("presence.wait")}
          </Button>
          <Button size="sm" data-testid="send-anyway" onClick={onSend}>
            {t("presence.sendAnyway")}
          </Button>
        </>
      ) : (
        children
      )}
    </div>
  );
}
