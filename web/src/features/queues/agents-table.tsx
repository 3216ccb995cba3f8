import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import {
  type AgentDeeds,
  AgentMenu,
  AgentName,
  AgentState,
  AgentTeams,
  LoadBar,
} from "./agent-parts";
import type { AgentColumn, AgentOrder, WallAgent } from "./figures";

const COLUMNS: AgentColumn[] = ["name", "state", "open", "replies"];

interface AgentsProps {
  agents: WallAgent[];
  deeds: AgentDeeds;
}

interface TableProps extends AgentsProps {
  order: AgentOrder;
  onOrder: (order: AgentOrder) => void;
}

/** All agents, a row each. */
export function AgentsTable({ agents, order, onOrder, deeds }: TableProps) {
  const { t } = useTranslation();
  return (
    <table className="w-full border-separate border-spacing-0 text-start">
      <caption className="sr-only">{t("wall.agents")}</caption>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <SortHeader key={column} column={column} order={order} onOrder={onOrder} />
          ))}
          <th scope="col" className={headClasses}>
            {t("wall.column.teams")}
          </th>
          <th scope="col" className={headClasses}>
            <span className="sr-only">{t("wall.column.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <AgentRow key={agent.id} agent={agent} deeds={deeds} />
        ))}
      </tbody>
    </table>
  );
}

const headClasses =
  "border-b px-3 py-2 text-start text-xs font-medium text-ink-soft first:ps-4 last:pe-4";

interface SortHeaderProps {
  column: AgentColumn;
  order: AgentOrder;
  onOrder: (order: AgentOrder) => void;
}

function SortHeader({ column, order, onOrder }: SortHeaderProps) {
  const { t } = useTranslation();
  const active = order.by === column;
  const Icon = order.down ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={active ? (order.down ? "descending" : "ascending") : undefined}
      className={headClasses}
    >
      <button
        type="button"
        onClick={() => onOrder({ by: column, down: active ? !order.down : false })}
        className={cn("inline-flex items-center gap-1 hover:text-ink", active && "text-ink")}
      >
        {t(`wall.column.${column}`)}
        <Icon aria-hidden className={cn("size-3", !active && "invisible")} />
      </button>
    </th>
  );
}

const cellClasses = "border-b px-3 py-1.5 first:ps-4 last:pe-4";

/** Drawn anew only when something about this agent has changed. */
const AgentRow = memo(function AgentRow({ agent, deeds }: { agent: WallAgent; deeds: AgentDeeds }) {
  return (
    <tr data-testid="agent-row" data-id={agent.id} className="hover:bg-sunken/60">
      <th scope="row" className={cn(cellClasses, "max-w-60 font-normal")}>
        <AgentName agent={agent} onOpen={deeds.onOpen} />
      </th>
      <td className={cellClasses}>
        <AgentState agent={agent} />
      </td>
      <td className={cellClasses}>
        <LoadBar agent={agent} />
      </td>
      <td className={cn(cellClasses, "tabular-nums")}>{agent.replies}</td>
      <td className={cellClasses}>
        <AgentTeams agent={agent} />
      </td>
      <td className={cn(cellClasses, "w-12 text-end")}>
        <AgentMenu agent={agent} deeds={deeds} />
      </td>
    </tr>
  );
});

/** The same where there is no room for a table. */
export function AgentsList({ agents, deeds }: AgentsProps) {
  const { t } = useTranslation();
  return (
    <ul aria-label={t("wall.agents")} className="divide-y">
      {agents.map((agent) => (
        <AgentEntry key={agent.id} agent={agent} deeds={deeds} />
      ))}
    </ul>
  );
}

const AgentEntry = memo(function AgentEntry({
  agent,
  deeds,
}: {
  agent: WallAgent;
  deeds: AgentDeeds;
}) {
  const { t } = useTranslation();
  return (
    <li data-testid="agent-row" data-id={agent.id} className="grid gap-1 py-2.5 ps-4 pe-2">
      <div className="flex items-center justify-between gap-2">
        <AgentName agent={agent} onOpen={deeds.onOpen} />
        <AgentMenu agent={agent} deeds={deeds} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 pe-2">
        <AgentState agent={agent} />
        <LoadBar agent={agent} />
      </div>
      <p className="flex justify-between gap-3 pe-2 text-xs text-ink-soft">
        <AgentTeams agent={agent} />
        <span className="shrink-0">{t("wall.repliesTold", { count: agent.replies })}</span>
      </p>
    </li>
  );
});
