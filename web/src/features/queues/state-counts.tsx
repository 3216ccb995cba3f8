import { useTranslation } from "react-i18next";
import { AGENT_STATUSES, StateDot } from "@/components/agent-state";
import type { StateCounts as Counts } from "./figures";

/** How many agents stand how: a dot with its sign and a number, in words for those who hear it. */
export function StateCounts({ counts }: { counts: Counts }) {
  const { t } = useTranslation();
  return (
    <ul aria-label={t("wall.agents")} className="flex flex-wrap gap-x-3 gap-y-1 text-sm">
      {AGENT_STATUSES.filter((state) => counts[state] > 0 || state === "online").map((state) => (
        <li
          key={state}
          title={t(`agent.state.${state}`)}
          className="flex items-center gap-1.5 tabular-nums"
        >
          <StateDot state={state} />
          {counts[state]} <span className="sr-only">{t(`agent.state.${state}`)}</span>
        </li>
      ))}
    </ul>
  );
}
