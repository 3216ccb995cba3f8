// What a node has in memory and in hand, and what went wrong on it.

import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { NodeReport } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { byteSize, wholeNumber } from "@/lib/format";

/** In the order in which they are shown and explained. */
export const FIGURES = [
  "conversations",
  "sessions",
  "sockets",
  "memory",
  "jobs_in_hand",
  "commits_waiting",
  "db_waiting",
  "restarts",
  "mailbox_full",
] as const;

type Figure = (typeof FIGURES)[number];

/** These are zero while all is well. */
const ALARMING: readonly Figure[] = ["restarts", "mailbox_full"];

export function NodeFigures({ report }: { report: NodeReport }) {
  const { t } = useTranslation();
  return (
    <dl className="mt-4 grid grid-cols-2 gap-x-4 gap-y-3 border-t pt-4 sm:grid-cols-3">
      {FIGURES.map((figure) => {
        const alarming = ALARMING.includes(figure) && report[figure] > 0;
        return (
          <div key={figure} data-figure={figure} data-alarming={alarming || undefined}>
            <dt className="text-xs text-ink-faint">{t(`cluster.figure.${figure}`)}</dt>
            <dd
              className={cn(
                "flex items-center gap-1.5 text-lg font-medium tabular-nums",
                alarming && "font-semibold text-ember-ink",
              )}
            >
              {figure === "memory" ? byteSize(report.memory) : wholeNumber(report[figure])}
              {alarming && <TriangleAlert aria-hidden className="size-4" />}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
