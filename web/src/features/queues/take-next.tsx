import { Hand } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";

export interface Next {
  /** Absent for those who are in no team. */
  take: (() => void) | undefined;
  waiting: number;
  busy: boolean;
}

/** Takes what waits longest for one's teams, and says how much that is. */
export function TakeNext({ next }: { next: Next }) {
  const { t } = useTranslation();
  const { take, waiting, busy } = next;
  if (!take) return null;
  return (
    <Button
      size="sm"
      look={waiting > 0 ? "primary" : "secondary"}
      data-testid="take-next"
      data-waiting={waiting}
      aria-label={waiting > 0 ? t("queue.takeNextOf", { count: waiting }) : t("queue.takeNext")}
      aria-keyshortcuts="Alt+T"
      title="Alt+T"
      busy={busy}
      onClick={take}
      className="px-2.5"
    >
      {!busy && <Hand aria-hidden className="size-4" />}
      {t("queue.takeNext")}
      {waiting > 0 && <span className="tabular-nums">({waiting})</span>}
    </Button>
  );
}
