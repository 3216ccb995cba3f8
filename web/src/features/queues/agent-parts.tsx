import { EllipsisVertical, Gauge, MessagesSquare } from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { AGENT_STATUSES, StateDot, StateWord } from "@/components/agent-state";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import type { AgentStatus } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { load, type WallAgent } from "./figures";
import { For } from "./waits";

/** What a supervisor does with an agent. */
export interface AgentDeeds {
  onOpen: (agent: WallAgent) => void;
  onStatus: (agent: WallAgent, status: AgentStatus) => void;
  onCapacity: (agent: WallAgent) => void;
}

export function AgentName({ agent, onOpen }: { agent: WallAgent } & Pick<AgentDeeds, "onOpen">) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      onClick={() => onOpen(agent)}
      title={t("wall.seeConversations", { name: agent.name })}
      className="flex min-w-0 items-center gap-2.5 rounded-lg text-start font-medium hover:underline"
    >
      <Avatar id={agent.id} name={agent.name} size={28} />
      <bdi className="truncate">{agent.name}</bdi>
    </button>
  );
}

export function AgentState({ agent }: { agent: WallAgent }) {
  const { t } = useTranslation();
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      <StateWord state={agent.state} />
      <For since={agent.since} />
      {agent.reason && (
        <span className="text-xs text-ember-ink">{t(`wall.why.${agent.reason}`)}</span>
      )}
    </span>
  );
}

/** How much of what one can bear one has. */
export function LoadBar({ agent }: { agent: WallAgent }) {
  const { t } = useTranslation();
  const { open, capacity } = agent;
  const share = Math.min(1, load(agent));
  return (
    <span className="flex items-center gap-2">
      <span className="sr-only">{t("wall.loadTold", { open, capacity })}</span>
      <span aria-hidden className="w-12 text-end tabular-nums">
        {open}
        <span className="text-ink-faint">/{capacity}</span>
      </span>
      <span aria-hidden className="h-1.5 w-20 overflow-hidden rounded-full bg-sunken max-md:w-14">
        <span
          className={cn("block h-full rounded-full", share >= 1 ? "bg-ember" : "bg-tide")}
          style={{ width: `${share * 100}%` }}
        />
      </span>
    </span>
  );
}

export function AgentTeams({ agent }: { agent: WallAgent }) {
  const { t } = useTranslation();
  const teams = agent.teams.filter(({ name, open }) => name !== null || open > 0);
  return (
    <span className="text-sm text-ink-soft">
      {teams.map(({ id, name, open }, place) => (
        <Fragment key={id ?? "none"}>
          {place > 0 && " · "}
          <bdi>{name ?? t("care.noTeam")}</bdi> ({open})
        </Fragment>
      ))}
    </span>
  );
}

export function AgentMenu({ agent, deeds }: { agent: WallAgent; deeds: AgentDeeds }) {
  const { t } = useTranslation();
  const { name } = agent;
  return (
    <Menu
      align="end"
      trigger={<IconButton small icon={EllipsisVertical} label={t("wall.actionsFor", { name })} />}
    >
      <MenuItem icon={MessagesSquare} onSelect={() => deeds.onOpen(agent)}>
        {t("wall.conversations")}
      </MenuItem>
      <MenuItem icon={Gauge} onSelect={() => deeds.onCapacity(agent)}>
        {t("wall.capacity")}
      </MenuItem>
      <MenuLine />
      <MenuLabel>{t("wall.force")}</MenuLabel>
      {AGENT_STATUSES.map((status) => (
        <MenuItem key={status} onSelect={() => deeds.onStatus(agent, status)}>
          <span className="flex items-center gap-2">
            <StateDot state={status} />
            {t(`agent.state.${status}`)}
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}
