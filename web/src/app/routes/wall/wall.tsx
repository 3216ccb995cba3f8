import { BellRing, Users } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { Button, buttonClasses } from "@/components/ui/button";
import { Empty, LoadProblem, Spinner } from "@/components/ui/states";
import { toastProblem } from "@/components/ui/toast";
import { AgentDialog } from "@/features/agents/agent-dialog";
import { useChangeAgent } from "@/features/agents/queries";
import type { AgentDeeds } from "@/features/queues/agent-parts";
import { AgentsPanel } from "@/features/queues/agents-panel";
import { type Alert, alertKey, useThresholds } from "@/features/queues/alerts";
import { AlertsDialog } from "@/features/queues/alerts-dialog";
import { countStates, mergeAgents, totalsOf, type WallAgent } from "@/features/queues/figures";
import { queueTopic, useQueues } from "@/features/queues/queries";
import { QueueCard } from "@/features/queues/queue-card";
import { TotalsLine } from "@/features/queues/totals-line";
import { useAlerts } from "@/features/queues/use-alerts";
import { tagsQuery } from "@/features/tags/queries";
import { teamsQuery } from "@/features/teams/queries";
import { usersQuery } from "@/features/users/queries";
import type { QueueFigures, Team } from "@/lib/api/types";
import { useTopics } from "@/lib/connection";
import { useWhole } from "@/lib/paged-query";
import { useMay } from "@/lib/session-user";
import { useTitle } from "@/lib/use-title";
import { type Look, WallDrawer } from "./wall-drawer";

/** The supervisor's wall: how all lines and all agents fare, right now. */
export function WallRoute() {
  const { t } = useTranslation();
  const may = useMay("supervisor");
  const queues = useQueues(may);
  useTitle(t("nav.live"));
  // Before there are figures nobody knows which lines there are; what happens meanwhile comes with the first frames.
  useTopics((queues.data ?? []).map(({ team }) => queueTopic(team)));
  if (!may) return <Navigate to="/inbox" replace />;
  return (
    <main tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
      {queues.data ? (
        <Wall queues={queues.data} />
      ) : queues.isError ? (
        <LoadProblem error={queues.error} onRetry={() => queues.refetch()} />
      ) : (
        <Spinner className="h-full" />
      )}
    </main>
  );
}

const NO_AGENTS: ReadonlyMap<string, WallAgent> = new Map();
const NO_ALERTS: Alert[] = [];

function Wall({ queues }: { queues: QueueFigures[] }) {
  const { t } = useTranslation();
  const teams = useWhole(teamsQuery).data ?? [];
  const users = useWhole(usersQuery).data ?? [];
  const tags = useWhole(tagsQuery);
  const before = useRef(NO_AGENTS);
  const agents = useMemo(() => {
    const merged = mergeAgents(queues, before.current);
    before.current = merged;
    return [...merged.values()];
  }, [queues]);
  const [look, setLook] = useState<Look | null>(null);
  const [bounding, setBounding] = useState<WallAgent | null>(null);
  const [settingAlerts, setSettingAlerts] = useState(false);
  const alerts = useAlerts(queues);
  const [limits, saveLimits] = useThresholds();
  const openQueue = useCallback(
    ({ team }: QueueFigures) => setLook({ at: { kind: "queue", team }, conversation: null }),
    [],
  );
  const { mutate: changeAgent } = useChangeAgent();
  const deeds = useMemo<AgentDeeds>(
    () => ({
      onOpen: (agent) => setLook({ at: { kind: "agent", agent }, conversation: null }),
      onStatus: ({ id }, status) => changeAgent({ id, status }, { onError: toastProblem }),
      onCapacity: setBounding,
    }),
    [changeAgent],
  );
  const alertsBy = useStable(alerts);
  const named = queues.flatMap(({ team }) => team ?? []);
  return (
    <div className="mx-auto grid max-w-[110rem] gap-4 p-4 md:p-6">
      <header className="flex items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold tracking-tight">{t("nav.live")}</h1>
        <Button
          look="secondary"
          size="sm"
          disabled={!limits}
          onClick={() => setSettingAlerts(true)}
        >
          <BellRing aria-hidden className="size-4" />
          {t("wall.alerts")}
        </Button>
      </header>
      <TotalsLine totals={totalsOf(queues)} counts={countStates(agents)} />
      {named.length === 0 && (
        <Empty icon={Users} title={t("team.emptyTitle")} text={t("wall.noTeams")}>
          <Link to="/settings/teams" className={buttonClasses({})}>
            {t("care.makeOne")}
          </Link>
        </Empty>
      )}
      <section
        aria-label={t("wall.lines")}
        className="grid grid-cols-[repeat(auto-fill,minmax(min(21rem,100%),1fr))] gap-3"
      >
        {queues.map((queue) => (
          <QueueCard
            key={queue.team?.id ?? "none"}
            queue={queue}
            goal={goalOf(teams.find(({ id }) => id === queue.team?.id))}
            alerts={alertsBy.get(queue.team?.id ?? "none") ?? NO_ALERTS}
            onOpen={openQueue}
          />
        ))}
      </section>
      <AgentsPanel agents={agents} teams={named} deeds={deeds} />
      {look && <WallDrawer look={look} users={users} teams={teams} onLook={setLook} />}
      {bounding && <AgentDialog agent={bounding} tags={tags} onClose={() => setBounding(null)} />}
      {settingAlerts && limits && (
        <AlertsDialog kept={limits} onSave={saveLimits} onClose={() => setSettingAlerts(false)} />
      )}
    </div>
  );
}

/** Within which time somebody who waits in a team's line is to be answered, in seconds. */
function goalOf(team: Team | undefined): number | null {
  return team?.sla.first_reply_seconds ?? team?.sla.reply_seconds ?? null;
}

/** The alerts by their line; the same as before as long as none comes or goes. */
function useStable(alerts: Alert[]): Map<string, Alert[]> {
  const key = alerts.map((alert) => `${alertKey(alert)} ${alert.limit}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says whether anything changed.
  return useMemo(() => {
    const byLine = new Map<string, Alert[]>();
    for (const alert of alerts) {
      const line = alert.team?.id ?? "none";
      byLine.set(line, [...(byLine.get(line) ?? []), alert]);
    }
    return byLine;
  }, [key]);
}
