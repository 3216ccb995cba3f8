import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { wholeNumber } from "@/lib/format";
import type { StateCounts as Counts, Totals } from "./figures";
import { StateCounts } from "./state-counts";
import { LongestWait } from "./waits";

/** Everything in one line. */
export function TotalsLine({ totals, counts }: { totals: Totals; counts: Counts }) {
  const { t } = useTranslation();
  const { waiting, longest, serving, unanswered, atRisk, breached } = totals;
  return (
    <dl
      aria-label={t("wall.totals")}
      className="flex flex-wrap items-center gap-x-6 gap-y-1.5 rounded-xl border bg-panel px-4 py-2.5 max-sm:gap-x-4"
    >
      <Total name={t("wall.waiting")} value={wholeNumber(waiting)} />
      {longest && (
        <Total name={t("wall.longest")} value={<LongestWait since={longest} goal={null} />} />
      )}
      <Total name={t("wall.serving")} value={wholeNumber(serving)} />
      <Total name={t("wall.unanswered")} value={wholeNumber(unanswered)} />
      <Total
        name={t("wall.atRisk")}
        value={wholeNumber(atRisk)}
        loud={atRisk > 0 && "text-ember-ink"}
      />
      <Total
        name={t("wall.breached")}
        value={wholeNumber(breached)}
        loud={breached > 0 && "text-danger"}
      />
      <div className="sm:ms-auto">
        <dt className="sr-only">{t("wall.agents")}</dt>
        <dd>
          <StateCounts counts={counts} />
        </dd>
      </div>
    </dl>
  );
}

interface TotalProps {
  name: string;
  value: ReactNode;
  loud?: string | false;
}

function Total({ name, value, loud }: TotalProps) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dd className={cn("font-semibold tabular-nums", loud)}>{value}</dd>
      <dt className="text-sm text-ink-soft">{name}</dt>
    </div>
  );
}
