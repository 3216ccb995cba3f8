import {
  Hand,
  HandHelping,
  type LucideIcon,
  Phone,
  RefreshCw,
  Scale,
  Split,
  Target,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { Chip } from "@/components/ui/chip";
import type { Session, Strategy, Team } from "@/lib/api/types";
import { exactSpan } from "@/lib/format";

const ICONS: Record<Strategy, LucideIcon> = {
  manual: Hand,
  round_robin: RefreshCw,
  least_loaded: Scale,
};

interface TeamRulesProps {
  team: Team;
  teams: Team[];
  sessions: Session[];
}

/** How a team's conversations are given out, and the numbers whose are its own. */
export function TeamRules({ team, teams, sessions }: TeamRulesProps) {
  const { t } = useTranslation();
  const { strategy, accept_seconds, reply_goal_seconds, overflow_seconds } = team.routing;
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
      {reply_goal_seconds !== null && (
        <Chip icon={Target}>{t("team.answerIn", { time: exactSpan(reply_goal_seconds) })}</Chip>
      )}
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
