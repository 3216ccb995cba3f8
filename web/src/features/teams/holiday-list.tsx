import { CalendarPlus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { inputClasses } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { Holiday } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { MOST_HOLIDAYS } from "./hours";

/** As the hub. */
const MOST_LETTERS = 100;

interface HolidayListProps {
  holidays: Holiday[];
  error: string | undefined;
  onChange: (holidays: Holiday[]) => void;
}

/** Days on which a team is closed all the same. */
export function HolidayList({ holidays, error, onChange }: HolidayListProps) {
  const { t } = useTranslation();
  const change = (index: number, part: Partial<Holiday>) =>
    onChange(holidays.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{t("hours.holidays")}</legend>
      {error && (
        <p role="alert" className="text-xs text-danger">
          {error}
        </p>
      )}
      {holidays.length > 0 && (
        <ul className="grid gap-1.5">
          {holidays.map((holiday, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nothing of it is kept outside of the form's texts.
            <li key={index} className="flex items-center gap-1.5">
              <input
                required
                type="date"
                aria-label={t("hours.holidayDate", { number: index + 1 })}
                value={holiday.date}
                onChange={(event) => change(index, { date: event.target.value })}
                className={cn(inputClasses, "h-9 w-36 shrink-0 px-2 tabular-nums")}
              />
              <input
                aria-label={t("hours.holidayName", { number: index + 1 })}
                placeholder={t("hours.holidayPlaceholder")}
                maxLength={MOST_LETTERS}
                value={holiday.name}
                onChange={(event) => change(index, { name: event.target.value })}
                dir={holiday.name ? "auto" : undefined}
                className={cn(inputClasses, "h-9 min-w-0")}
              />
              <IconButton
                small
                icon={X}
                label={t("hours.removeHoliday", { number: index + 1 })}
                onClick={() => onChange(holidays.toSpliced(index, 1))}
              />
            </li>
          ))}
        </ul>
      )}
      {holidays.length < MOST_HOLIDAYS && (
        <Button
          look="secondary"
          size="sm"
          className="justify-self-start"
          onClick={() => onChange([...holidays, { date: "", name: "" }])}
        >
          <CalendarPlus aria-hidden className="size-4" />
          {t("hours.addHoliday")}
        </Button>
      )}
    </fieldset>
  );
}
