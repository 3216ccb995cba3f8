import { useTranslation } from "react-i18next";
import { SelectField } from "@/components/ui/field";
import type { Priority, Team } from "@/lib/api/types";
import { fieldProblem } from "@/lib/problem-text";
import { OptionalNumber } from "./optional-number";
import { promises, type SlaTexts } from "./sla";

/** As the hub: a month. */
const MOST_MINUTES = 30 * 24 * 60;
const GOALS = [
  { goal: "first_reply", name: "firstReplyMinutes", first: "5" },
  { goal: "reply", name: "replyMinutes", first: "15" },
  { goal: "resolution", name: "resolutionMinutes", first: "480" },
] as const;
/** Nothing is less urgent than `low`: being at least that changes nothing. */
const RAISED: Priority[] = ["normal", "high", "urgent"];

interface SlaFieldsProps {
  texts: SlaTexts;
  onChange: (part: Partial<SlaTexts>) => void;
  /** Without hours all time counts. */
  hasHours: boolean;
  /** Where a late conversation can go. */
  others: Team[];
  error: unknown;
}

/** Within which time a team answers and solves, and what happens when it does not. */
export function SlaFields({ texts, onChange, hasHours, others, error }: SlaFieldsProps) {
  const { t } = useTranslation();
  const problem = (name: string) => fieldProblem(error, `sla.${name}`);
  const raised = texts.priority === "low" ? (["low", ...RAISED] as const) : RAISED;
  return (
    <div className="grid gap-4">
      <p className="text-sm text-ink-soft">{t("sla.hint")}</p>
      {GOALS.map(({ goal, name, first }) => (
        <OptionalNumber
          key={goal}
          label={t(`sla.goal.${goal}`)}
          hint={t(`sla.goalHint.${goal}`)}
          unit={t("team.minutes")}
          value={texts[name]}
          first={first}
          min={0.1}
          max={MOST_MINUTES}
          step="any"
          error={problem(`${goal}_seconds`)}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
      {hasHours && promises(texts) && (
        <label className="flex items-start gap-3">
          <input
            type="checkbox"
            checked={texts.inHours}
            onChange={(event) => onChange({ inHours: event.target.checked })}
            className="mt-0.5 size-4 shrink-0 accent-(--tide)"
          />
          <span className="min-w-0">
            <span className="block text-sm font-medium">{t("sla.inHours")}</span>
            <span className="block text-xs text-ink-faint">{t("sla.inHoursHint")}</span>
          </span>
        </label>
      )}
      {promises(texts) && (
        <fieldset className="grid gap-3 border-t pt-4">
          <legend className="sr-only">{t("sla.late")}</legend>
          <p aria-hidden className="text-sm font-medium">
            {t("sla.late")}
          </p>
          <div className="grid items-start gap-3 sm:grid-cols-2">
            <SelectField
              label={t("sla.raise")}
              error={problem("escalation.priority")}
              value={texts.priority}
              onChange={({ target: { value } }) => onChange({ priority: value as Priority | "" })}
            >
              <option value="">{t("sla.asItIs")}</option>
              {raised.map((priority) => (
                <option key={priority} value={priority}>
                  {t(`care.priority.${priority}`)}
                </option>
              ))}
            </SelectField>
            <SelectField
              label={t("sla.moveTo")}
              hint={texts.escalationTeam ? t("sla.moveHint") : undefined}
              error={problem("escalation.team_id")}
              value={texts.escalationTeam}
              onChange={({ target: { value } }) => onChange({ escalationTeam: value })}
            >
              <option value="">{t("sla.stays")}</option>
              {others.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </SelectField>
          </div>
        </fieldset>
      )}
    </div>
  );
}
