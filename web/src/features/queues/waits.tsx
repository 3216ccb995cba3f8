import { CircleAlert, Hourglass, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { countUp, exactSpan, fullTime, span } from "@/lib/format";
import { useNow, useSeconds } from "@/lib/use-now";
import { standing } from "./figures";

const LOOK = {
  fine: { icon: Hourglass, classes: "text-ink" },
  risk: { icon: TriangleAlert, classes: "text-ember-ink" },
  over: { icon: CircleAlert, classes: "text-danger" },
};

interface WaitProps {
  since: string;
  /** In seconds. */
  goal: number | null;
}

/** A wait that counts by itself; when it nears or passes the goal a sign and a word say so, too. */
export function LongestWait({ since, goal }: WaitProps) {
  const { t } = useTranslation();
  const ms = useSeconds() - Date.parse(since);
  const state = standing(ms, goal);
  const { icon: Icon, classes } = LOOK[state];
  return (
    <span
      data-state={state}
      title={fullTime(since)}
      className={cn("inline-flex min-w-0 items-baseline gap-1.5 whitespace-nowrap", classes)}
    >
      <Icon aria-hidden className="size-4 shrink-0 self-center" />
      <span className="font-semibold tabular-nums">{countUp(ms)}</span>
      {goal !== null && state !== "fine" && (
        <span className="truncate text-xs">
          {t(`wall.goal.${state}`, { time: exactSpan(goal) })}
        </span>
      )}
    </span>
  );
}

/** For how long something holds, as coarse as a glance. */
export function For({ since }: { since: string }) {
  const { t } = useTranslation();
  const ms = useNow() - Date.parse(since);
  return (
    <span title={fullTime(since)} className="text-xs whitespace-nowrap text-ink-faint tabular-nums">
      {ms < 60_000 ? t("wall.justNow") : t("wall.for", { time: span(ms) })}
    </span>
  );
}
