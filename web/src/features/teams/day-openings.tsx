import { Plus, X } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { inputClasses } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { Opening } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { dayName, FIRST_OPENING, MOST_OPENINGS } from "./hours";

interface DayOpeningsProps {
  /** 0 is Monday. */
  day: number;
  openings: Opening[];
  error: string | undefined;
  onChange: (openings: Opening[]) => void;
}

/** From when until when a team is at work on a day of the week. */
export function DayOpenings({ day, openings, error, onChange }: DayOpeningsProps) {
  const { t } = useTranslation();
  const note = useId();
  const name = dayName(day, "long");
  const change = (index: number, part: Partial<Opening>) =>
    onChange(openings.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <fieldset className="grid grid-cols-1 gap-x-3 gap-y-1 py-1.5 sm:grid-cols-[9rem_1fr]">
      <legend className="sr-only">{name}</legend>
      <label className="flex h-9 items-center gap-3 text-sm font-medium">
        <input
          type="checkbox"
          checked={openings.length > 0}
          onChange={(event) => onChange(event.target.checked ? [FIRST_OPENING] : [])}
          className="size-4 shrink-0 accent-(--tide)"
        />
        {name}
      </label>
      <div className="grid gap-1.5">
        {openings.length === 0 && (
          <p className="flex h-9 items-center text-sm text-ink-faint max-sm:hidden">
            {t("hours.closed")}
          </p>
        )}
        {openings.map((opening, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing of it is kept outside of the form's texts.
          <div key={index} className="flex items-center gap-1.5">
            {(["from", "to"] as const).map((end) => (
              <input
                key={end}
                required
                type="time"
                aria-label={t(`hours.${end}`, { day: name })}
                aria-invalid={error ? true : undefined}
                aria-describedby={error ? note : undefined}
                value={opening[end]}
                onChange={(event) => change(index, { [end]: event.target.value })}
                // On a phone the whole field opens the clock: AM and PM need the room of its icon.
                className={cn(
                  inputClasses,
                  "h-9 max-w-32 min-w-0 flex-1 px-1.5 tabular-nums [&::-webkit-calendar-picker-indicator]:ms-0 max-sm:[&::-webkit-calendar-picker-indicator]:hidden",
                )}
              />
            ))}
            {openings.length > 1 && (
              <IconButton
                small
                icon={X}
                label={t("hours.removeOpening", { day: name })}
                onClick={() => onChange(openings.toSpliced(index, 1))}
              />
            )}
            {index === openings.length - 1 && openings.length < MOST_OPENINGS && (
              <IconButton
                small
                icon={Plus}
                label={t("hours.addOpening", { day: name })}
                onClick={() => onChange([...openings, { from: "", to: "" }])}
              />
            )}
          </div>
        ))}
        {error && (
          <p id={note} role="alert" className="text-xs text-danger">
            {error}
          </p>
        )}
      </div>
    </fieldset>
  );
}
