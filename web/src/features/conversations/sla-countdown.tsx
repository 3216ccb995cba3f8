import type { TFunction } from "i18next";
import { CircleAlert, Timer } from "lucide-react";
import type { SlaMark } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { countUp, fullTime, span } from "@/lib/format";
import { useNow, useSeconds } from "@/lib/use-now";

const MINUTE_MS = 60_000;

interface SlaCountdownProps {
  t: TFunction;
  mark: SlaMark;
  className?: string;
}

/** By when something is owed, or for how long it is late: calm, and by itself, so that nothing around it is drawn. */
export function SlaCountdown({ t, mark, className }: SlaCountdownProps) {
  const late = mark.stage === "breached";
  const Icon = late ? CircleAlert : Timer;
  return (
    <span
      data-testid="sla"
      data-stage={mark.stage}
      title={`${t(`sla.told.${mark.goal}`)}: ${fullTime(mark.due_at)}`}
      className={cn(
        "inline-flex shrink-0 items-center gap-1 text-2xs font-semibold whitespace-nowrap tabular-nums",
        late ? "text-danger" : "text-ember-ink",
        className,
      )}
    >
      <Icon aria-hidden className="size-3 shrink-0" />
      <span className="sr-only">{t(`sla.told.${mark.goal}`)}: </span>
      <span>{late ? <LateBy t={t} mark={mark} /> : <Within t={t} mark={mark} />}</span>
    </span>
  );
}

function Within({ t, mark }: SlaCountdownProps) {
  const left = Date.parse(mark.due_at) - useSeconds();
  if (left < 1_000) return t(`sla.now.${mark.goal}`);
  return t(`sla.within.${mark.goal}`, { time: countUp(left) });
}

function LateBy({ t, mark }: SlaCountdownProps) {
  const over = useNow() - Date.parse(mark.due_at);
  return over < MINUTE_MS ? t("sla.lateNow") : t("sla.lateBy", { time: span(over) });
}
