import { useTranslation } from "react-i18next";
import { SelectField, TextField } from "@/components/ui/field";
import type { Strategy, Team } from "@/lib/api/types";
import { fieldProblem } from "@/lib/problem-text";
import { OptionalNumber } from "./optional-number";
import { type RoutingTexts, STRATEGIES } from "./routing";

/** As the hub: a week. */
const MOST_SECONDS = 604_800;
const MOST_MINUTES = MOST_SECONDS / 60;
const LEAST_TO_ACCEPT = 5;
/** What stands in a field that is turned on. */
const FIRST = { acceptSeconds: "60", overflowMinutes: "10", skillMinutes: "2" };

/** By skill nothing waits for ever unless somebody says so. */
function begun(strategy: Strategy, { skillMinutes }: RoutingTexts): Partial<RoutingTexts> {
  return { strategy, skillMinutes: skillMinutes || FIRST.skillMinutes };
}

interface RoutingFieldsProps {
  texts: RoutingTexts;
  onChange: (part: Partial<RoutingTexts>) => void;
  /** Those that can help out. */
  others: Team[];
  error: unknown;
}

/** By which rules a team's conversations are given out. */
export function RoutingFields({ texts, onChange, others, error }: RoutingFieldsProps) {
  const { t } = useTranslation();
  const problem = (name: string) => fieldProblem(error, `routing.${name}`);
  return (
    <fieldset className="grid gap-4">
      <legend className="sr-only">{t("team.giving")}</legend>
      <div className="grid gap-1.5">
        {STRATEGIES.map((strategy) => (
          <label
            key={strategy}
            className="flex items-start gap-3 rounded-lg border px-3 py-2 hover:bg-sunken has-checked:border-tide has-checked:bg-tide-soft"
          >
            <input
              type="radio"
              name="strategy"
              checked={texts.strategy === strategy}
              onChange={() => onChange(begun(strategy, texts))}
              aria-describedby={`strategy-${strategy}`}
              className="mt-0.5 size-4 shrink-0 accent-(--tide)"
            />
            <span className="min-w-0">
              <span className="block text-sm font-medium">{t(`team.strategy.${strategy}`)}</span>
              <span id={`strategy-${strategy}`} className="block text-xs text-ink-soft">
                {t(`team.strategyHint.${strategy}`)}
              </span>
            </span>
          </label>
        ))}
      </div>
      {texts.strategy === "skill_then_load" && (
        <OptionalNumber
          label={t("team.skillWait")}
          hint={t("team.skillWaitHint")}
          unit={t("team.minutes")}
          value={texts.skillMinutes}
          first={FIRST.skillMinutes}
          min={0}
          max={MOST_MINUTES}
          step="any"
          error={problem("skill_seconds")}
          onChange={(skillMinutes) => onChange({ skillMinutes })}
        />
      )}
      {texts.strategy !== "manual" && (
        <OptionalNumber
          label={t("team.accept")}
          hint={t("team.acceptHint")}
          unit={t("team.seconds")}
          value={texts.acceptSeconds}
          first={FIRST.acceptSeconds}
          min={LEAST_TO_ACCEPT}
          max={MOST_SECONDS}
          step={1}
          error={problem("accept_seconds")}
          onChange={(acceptSeconds) => onChange({ acceptSeconds })}
        />
      )}
      {others.length > 0 && (
        <div className="grid grid-cols-[1fr_9rem] items-start gap-2">
          <SelectField
            label={t("team.overflow")}
            hint={t("team.overflowHint")}
            error={problem("overflow_team_id")}
            value={texts.overflowTeam}
            onChange={({ target: { value } }) =>
              onChange({
                overflowTeam: value,
                overflowMinutes: texts.overflowMinutes || FIRST.overflowMinutes,
              })
            }
          >
            <option value="">{t("team.noOverflow")}</option>
            {others.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          {texts.overflowTeam && (
            <TextField
              required
              type="number"
              label={t("team.overflowAfter")}
              min={0}
              max={MOST_MINUTES}
              step="any"
              error={problem("overflow_seconds")}
              value={texts.overflowMinutes}
              onChange={(event) => onChange({ overflowMinutes: event.target.value })}
            />
          )}
        </div>
      )}
    </fieldset>
  );
}
