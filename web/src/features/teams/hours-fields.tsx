import { CopyPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { TextAreaField } from "@/components/ui/field";
import { fieldProblem } from "@/lib/problem-text";
import { DayOpenings } from "./day-openings";
import { HolidayList } from "./holiday-list";
import { type HoursTexts, withMondayCopied } from "./hours";
import { TimeZoneField } from "./time-zone-field";

/** As the hub. */
const MOST_LETTERS = 4096;

interface HoursFieldsProps {
  texts: HoursTexts;
  onChange: (part: Partial<HoursTexts>) => void;
  awayMessage: string;
  onAwayMessage: (text: string) => void;
  error: unknown;
}

/** When a team is at work, and what a contact is told who writes while it is not. */
export function HoursFields(props: HoursFieldsProps) {
  const { texts, onChange, awayMessage, onAwayMessage, error } = props;
  const { t } = useTranslation();
  const problem = (name: string) => fieldProblem(error, `hours.${name}`);
  const { always, week } = texts;
  return (
    <div className="grid gap-4">
      <fieldset className="grid gap-1.5 sm:grid-cols-2">
        <legend className="sr-only">{t("team.part.hours")}</legend>
        {[true, false].map((choice) => (
          <label
            key={String(choice)}
            className="flex min-h-10 items-center gap-3 rounded-lg border px-3 py-2 text-sm font-medium hover:bg-sunken has-checked:border-tide has-checked:bg-tide-soft"
          >
            <input
              type="radio"
              name="hours"
              checked={always === choice}
              onChange={() => onChange({ always: choice })}
              className="size-4 shrink-0 accent-(--tide)"
            />
            {t(choice ? "hours.always" : "hours.byHours")}
          </label>
        ))}
      </fieldset>
      {!always && (
        <>
          <TimeZoneField
            value={texts.timeZone}
            error={problem("time_zone")}
            onChange={(timeZone) => onChange({ timeZone })}
          />
          <div className="grid gap-1">
            {problem("week") && (
              <p role="alert" className="text-xs text-danger">
                {problem("week")}
              </p>
            )}
            <div className="divide-y">
              {week.map((openings, day) => (
                <DayOpenings
                  // biome-ignore lint/suspicious/noArrayIndexKey: always the same seven.
                  key={day}
                  day={day}
                  openings={openings}
                  error={problem(`week[${day}]`)}
                  onChange={(next) => onChange({ week: week.with(day, next) })}
                />
              ))}
            </div>
            <Button
              look="secondary"
              size="sm"
              className="justify-self-start"
              onClick={() => onChange({ week: withMondayCopied(week) })}
            >
              <CopyPlus aria-hidden className="size-4" />
              {t("hours.copyMonday")}
            </Button>
          </div>
          <HolidayList
            holidays={texts.holidays}
            error={problem("holidays")}
            onChange={(holidays) => onChange({ holidays })}
          />
          <TextAreaField
            label={t("hours.awayMessage")}
            hint={t("hours.awayHint")}
            error={fieldProblem(error, "away_message")}
            counted
            maxLength={MOST_LETTERS}
            value={awayMessage}
            onChange={(event) => onAwayMessage(event.target.value)}
          />
        </>
      )}
    </div>
  );
}
