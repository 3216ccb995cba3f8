import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { AGENT_STATUSES } from "@/components/agent-state";
import { inputClasses } from "@/components/ui/field";
import type { AgentStatus, TeamBrief } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useNarrow } from "@/lib/use-narrow";
import type { AgentDeeds } from "./agent-parts";
import { AgentsList, AgentsTable } from "./agents-table";
import { type AgentFilter, type AgentOrder, inOrder, isWanted, type WallAgent } from "./figures";

const ALL: AgentFilter = { name: "", team: "all", state: "all" };
const selectClasses = cn(inputClasses, "h-9 w-auto max-w-full pe-1");

interface AgentsPanelProps {
  agents: WallAgent[];
  teams: TeamBrief[];
  deeds: AgentDeeds;
}

/** The agents, to be looked through. */
export function AgentsPanel({ agents, teams, deeds }: AgentsPanelProps) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [filter, setFilter] = useState(ALL);
  const [order, setOrder] = useState<AgentOrder>({ by: "state", down: false });
  const change = (part: Partial<AgentFilter>) => setFilter((now) => ({ ...now, ...part }));
  const shown = useMemo(
    () =>
      inOrder(
        agents.filter((agent) => isWanted(agent, filter)),
        order,
      ),
    [agents, filter, order],
  );
  return (
    <section aria-labelledby="wall-agents" className="overflow-hidden rounded-2xl border bg-panel">
      <header className="flex flex-wrap items-center gap-2 border-b px-4 py-3">
        <h2 id="wall-agents" className="me-auto text-lg font-semibold">
          {t("wall.agents")}{" "}
          <span className="text-sm font-normal text-ink-faint tabular-nums">
            {shown.length === agents.length ? agents.length : `${shown.length}/${agents.length}`}
          </span>
        </h2>
        <input
          type="search"
          aria-label={t("wall.searchAgent")}
          placeholder={t("wall.searchAgent")}
          value={filter.name}
          onChange={(event) => change({ name: event.target.value })}
          className={cn(inputClasses, "h-9 w-44")}
        />
        <select
          aria-label={t("care.team")}
          value={filter.team}
          onChange={(event) => change({ team: event.target.value })}
          className={selectClasses}
        >
          <option value="all">{t("filter.allTeams")}</option>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label={t("wall.column.state")}
          value={filter.state}
          onChange={(event) => change({ state: event.target.value as AgentStatus | "all" })}
          className={selectClasses}
        >
          <option value="all">{t("wall.allStates")}</option>
          {AGENT_STATUSES.map((state) => (
            <option key={state} value={state}>
              {t(`agent.state.${state}`)}
            </option>
          ))}
        </select>
      </header>
      {shown.length === 0 ? (
        <p className="p-6 text-center text-ink-soft">
          {t(agents.length === 0 ? "wall.noAgents" : "inbox.nothingFound")}
        </p>
      ) : narrow ? (
        <AgentsList agents={shown} deeds={deeds} />
      ) : (
        <div className="overflow-x-auto">
          <AgentsTable agents={shown} order={order} onOrder={setOrder} deeds={deeds} />
        </div>
      )}
    </section>
  );
}
