import {
  CircleCheckBig,
  GraduationCap,
  Hand,
  HandHelping,
  type LucideIcon,
  Phone,
  RefreshCw,
  Scale,
  Split,
  Target,
  Timer,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { Chip } from "@/components/ui/chip";
import type { QueueFigures, Session, Strategy, Team } from "@/lib/api/types";
import { exactSpan } from "@/lib/format";
import { HoursChip } from "./hours-chip";

const ICONS: Record<Strategy, LucideIcon> = {
  manual: Hand,
  round_robin: RefreshCw,
  least_loaded: Scale,
  skill_then_load: GraduationCap,
};

/** What is promised, by its field. */
const PROMISES = [
  { goal: "first_reply", icon: Timer },
  { goal: "reply", icon: Target },
  { goal: "resolution", icon: CircleCheckBig },
] as const;

interface TeamRulesProps {
  team: Team;
  /** How its line fares, if that is known. */
  figures: QueueFigures | undefined;
  teams: Team[];
  sessions: Session[];
}

/** How a team's conversations are given out, what it promises, when it is at work, and the numbers that are its own. */
export function TeamRules({ team, figures, teams, sessions }: TeamRulesProps) {
  const { t } = useTranslation();
  const { strategy, accept_seconds, overflow_seconds } = team.routing;
  const helper = teams.find(({ id }) => id === team.routing.overflow_team_id);
  const numbers = sessions.filter(({ id }) => team.session_ids.includes(id));
  return (
    <p className="mt-1.5 flex flex-wrap gap-1.5">
      <Chip icon={ICONS[strategy]} look={strategy === "manual" ? "plain" : "tide"}>
        {t(`team.strategy.${strategy}`)}
      </Chip>
      {accept_seconds !== null && (
        <Chip icon={HandHelping}>{t("team.acceptIn", { time: exactSpan(accept_seconds) })}</Chip>
      )}
      {PROMISES.map(({ goal, icon }) => {
        const seconds = team.sla[`${goal}_seconds`];
        if (seconds === null) return null;
        return (
          <Chip key={goal} icon={icon} title={team.sla.in_hours ? t("sla.inHours") : undefined}>
            {t(`sla.chip.${goal}`, { time: exactSpan(seconds) })}
          </Chip>
        );
      })}
      {team.hours && <HoursChip hours={team.hours} figures={figures} />}
      {helper && overflow_seconds !== null && (
        <Chip icon={Split} className="max-w-full">
          <bdi className="truncate">
            {t("team.helps", { time: exactSpan(overflow_seconds), name: helper.name })}
          </bdi>
        </Chip>
      )}
      {numbers.map(({ id, name }) => (
        <Chip key={id} icon={Phone} className="max-w-48">
          <bdi className="truncate">{name}</bdi>
        </Chip>
      ))}
    </p>
  );
}
