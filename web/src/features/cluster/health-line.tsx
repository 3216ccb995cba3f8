import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Cluster } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { exactTime, milliseconds } from "@/lib/format";
import { problemText } from "@/lib/problem-text";
import { countUp, hearing, troublesOf } from "./health";

const LOOK = {
  good: { icon: CircleCheck, classes: "bg-good-soft text-good" },
  trouble: { icon: TriangleAlert, classes: "bg-ember-soft text-ember-ink" },
  lost: { icon: CircleAlert, classes: "bg-danger-soft text-danger" },
};

interface HealthLineProps {
  cluster: Cluster;
  /** Why the last request failed; then the figures are those of `seenAt`. */
  error: unknown;
  seenAt: number;
}

/** How all nodes together fare, in one line. Read aloud when it changes, and nothing else of the page is. */
export function HealthLine({ cluster, error, seenAt }: HealthLineProps) {
  const { t } = useTranslation();
  const lost = error !== null;
  const first = lost ? undefined : troublesOf(cluster)[0];
  const { icon: Icon, classes } = LOOK[lost ? "lost" : first ? "trouble" : "good"];
  return (
    <div
      data-testid="cluster-health"
      className="flex items-start gap-4 rounded-2xl border bg-panel p-5"
    >
      <span className={cn("grid size-11 shrink-0 place-items-center rounded-xl", classes)}>
        <Icon aria-hidden className="size-5" />
      </span>
      <div className="min-w-0 flex-1">
        <p role="status" className="text-lg font-semibold wrap-anywhere">
          {lost ? t("cluster.health.lost") : <Verdict cluster={cluster} />}
        </p>
        {lost && <p className="mt-0.5 text-ink-soft">{problemText(error)}</p>}
        {first && <p className="mt-0.5 text-ink-soft">{t(`cluster.advice.${first.kind}`)}</p>}
        <p className="mt-0.5 text-sm text-ink-faint tabular-nums">
          {lost ? t("cluster.lastSeen", { at: exactTime(seenAt) }) : <Links cluster={cluster} />}
        </p>
      </div>
    </div>
  );
}

function Verdict({ cluster }: { cluster: Cluster }) {
  const { t } = useTranslation();
  const troubles = troublesOf(cluster);
  if (troubles.length === 0) return t("cluster.health.fine", { count: countUp(cluster) });
  return troubles.map(({ kind, count }) => t(`cluster.health.${kind}`, { count })).join(" ");
}

/** What all nodes lean on. */
function Links({ cluster }: { cluster: Cluster }) {
  const { t } = useTranslation();
  const took = cluster.database_ms;
  return (
    <>
      {took < 1
        ? t("cluster.databaseQuick", { time: milliseconds(1) })
        : t("cluster.databaseTook", { time: milliseconds(took) })}
      {hearing(cluster) === "all" && `\u00a0· ${t("cluster.busHeard")}`}
    </>
  );
}
