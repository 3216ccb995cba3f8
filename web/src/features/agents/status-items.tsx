import { useTranslation } from "react-i18next";
import { AGENT_STATUSES, StateDot } from "@/components/agent-state";
import { MenuItem, MenuLabel } from "@/components/ui/menu";
import { toastProblem } from "@/components/ui/toast";
import { cn } from "@/lib/classes";
import { useMyStatus, useSetMyStatus } from "./queries";

/** The part of the menu in which one says whether one can be given something. */
export function StatusItems() {
  const { t } = useTranslation();
  const mine = useMyStatus();
  const set = useSetMyStatus();
  if (!mine) return null;
  return (
    <>
      <MenuLabel>
        {t("agent.statusLabel")}
        {mine.reason && (
          <span className="block max-w-56 font-medium text-ember-ink">
            {t(`agent.why.${mine.reason}`)}
          </span>
        )}
      </MenuLabel>
      {AGENT_STATUSES.map((status) => (
        <MenuItem
          key={status}
          checked={mine.status === status}
          hint={t(`agent.hint.${status}`)}
          onSelect={() => set.mutate({ status }, { onError: toastProblem })}
        >
          <span className="flex items-center gap-2">
            <StateDot state={status} />
            {t(`agent.state.${status}`)}
          </span>
        </MenuItem>
      ))}
    </>
  );
}

/** On one's own face: the dot, and its word for those who do not see it. */
export function OwnStatus({ className }: { className?: string }) {
  const { t } = useTranslation();
  const mine = useMyStatus();
  if (!mine) return null;
  return (
    <>
      <StateDot state={mine.status} className={cn("ring-2 ring-rail", className)} />
      <span className="sr-only" data-testid="my-status" data-status={mine.status}>
        {t(`agent.state.${mine.status}`)}
      </span>
    </>
  );
}
