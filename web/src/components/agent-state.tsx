import { Check, Clock, Minus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { AgentStatus } from "@/lib/api/types";
import { cn } from "@/lib/classes";

export const AGENT_STATUSES: AgentStatus[] = ["online", "away", "busy", "offline"];

/** Who is there comes first, and last of whom nobody knows. */
export function placeOf(state: AgentStatus | undefined): number {
  return state ? AGENT_STATUSES.indexOf(state) : AGENT_STATUSES.length;
}

const LOOK: Record<AgentStatus, { icon: typeof Check; classes: string }> = {
  online: { icon: Check, classes: "bg-good text-panel" },
  away: { icon: Clock, classes: "bg-ember text-on-ember" },
  busy: { icon: Minus, classes: "bg-danger text-panel" },
  offline: { icon: X, classes: "bg-ink-faint text-panel" },
};

/** A dot with a sign in it: the colour alone says nothing to some. */
export function StateDot({ state, className }: { state: AgentStatus; className?: string }) {
  const { icon: Icon, classes } = LOOK[state];
  return (
    <span
      aria-hidden
      className={cn("grid size-3.5 shrink-0 place-items-center rounded-full", classes, className)}
    >
      <Icon className="size-2.5" strokeWidth={3.5} />
    </span>
  );
}

/** How somebody stands, in a word. */
export function StateWord({ state }: { state: AgentStatus }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <StateDot state={state} />
      {t(`agent.state.${state}`)}
    </span>
  );
}
