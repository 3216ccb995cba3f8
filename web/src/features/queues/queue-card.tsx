import { DoorClosed, Siren } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { QueueFigures } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { soonTime, wholeNumber } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import type { Alert } from "./alerts";
import { countStates } from "./figures";
import { StateCounts } from "./state-counts";
import { TrafficChart } from "./traffic-chart";
import { LongestWait } from "./waits";

interface QueueCardProps {
  queue: QueueFigures;
  /** Of the team, in seconds. */
  goal: number | null;
  /** What is over its line here. */
  alerts: Alert[];
  onOpen: (queue: QueueFigures) => void;
}

/** How a team's line fares. */
export const QueueCard = memo(function QueueCard({ queue, goal, alerts, onOpen }: QueueCardProps) {
  const { t } = useTranslation();
  const name = queue.team?.name ?? t("care.noTeam");
  const { waiting, longest_wait_since: since, serving, unanswered, at_risk, breached } = queue;
  const loud = alerts.length > 0;
  return (
    <article
      aria-label={name}
      data-testid="queue-card"
      data-team={queue.team?.id ?? "none"}
      data-alert={loud}
      className={cn(
        "relative flex min-w-0 flex-col gap-3 rounded-2xl border bg-panel p-4 transition-colors focus-within:border-tide hover:border-line-strong",
        loud && "border-danger ring-1 ring-danger hover:border-danger",
      )}
    >
      <header className="flex items-start justify-between gap-3">
        <h2 className="min-w-0 truncate text-lg font-semibold" title={name}>
          <button
            type="button"
            onClick={() => onOpen(queue)}
            aria-label={t("wall.openLine", { name })}
            // The whole card can be pressed.
            className="outline-none after:absolute after:inset-0 after:rounded-2xl focus-visible:after:outline-2 focus-visible:after:outline-tide"
          >
            <bdi>{name}</bdi>
          </button>
        </h2>
        {/* Without a team nobody is there to be given it: who holds one would look like its agents. */}
        {queue.team && <StateCounts counts={countStates(queue.agents)} />}
      </header>
      {!queue.is_open && <Closed opensAt={queue.opens_at} />}
      {loud && (
        <ul className="grid gap-0.5 rounded-lg bg-danger-soft px-2.5 py-1.5 text-sm font-medium text-danger">
          {alerts.map(({ kind, limit }) => (
            <li key={kind} className="flex items-center gap-1.5">
              <Siren aria-hidden className="size-4 shrink-0" />
              {t(`wall.alert.${kind}`, { count: limit })}
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-end gap-3">
        <p className="shrink-0">
          <span className="block text-[2.25rem] leading-none font-semibold tabular-nums">
            {wholeNumber(waiting)}
          </span>
          <span className="text-xs text-ink-soft">{t("wall.waiting")}</span>
        </p>
        <p className="min-w-0 flex-1">
          <span className="block h-5.5 overflow-hidden">
            {since ? (
              <LongestWait since={since} goal={goal} />
            ) : (
              <span className="text-ink-faint">{t("wall.nobody")}</span>
            )}
          </span>
          <span className="text-xs text-ink-soft">{t("wall.longest")}</span>
        </p>
      </div>
      <dl className="grid grid-cols-4 gap-2">
        <Figure name={t("wall.serving")} value={serving} />
        <Figure name={t("wall.unanswered")} value={unanswered} />
        <Figure name={t("wall.atRisk")} value={at_risk} loud={at_risk > 0 && "text-ember-ink"} />
        <Figure name={t("wall.breached")} value={breached} loud={breached > 0 && "text-danger"} />
      </dl>
      {/* What comes in and is taken is counted by team. */}
      {queue.team && queue.arrivals.length > 0 && (
        <TrafficChart arrivals={queue.arrivals} taken={queue.taken} />
      )}
    </article>
  );
});

function Closed({ opensAt }: { opensAt: string | null }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <p className="-mt-2 flex items-center gap-1.5 text-sm text-ink-soft">
      <DoorClosed aria-hidden className="size-4 shrink-0" />
      {opensAt ? t("hours.closedUntil", { at: soonTime(opensAt, now) }) : t("hours.closed")}
    </p>
  );
}

interface FigureProps {
  name: string;
  value: number;
  loud?: string | false;
}

function Figure({ name, value, loud }: FigureProps) {
  return (
    <div className="flex min-w-0 flex-col-reverse justify-end">
      <dt className="text-2xs text-ink-soft">{name}</dt>
      <dd className={cn("text-lg font-semibold tabular-nums", loud)}>{wholeNumber(value)}</dd>
    </div>
  );
}
