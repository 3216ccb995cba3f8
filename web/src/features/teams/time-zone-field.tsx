import { useId } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";

/** Where the person is who looks at the page. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

interface TimeZoneFieldProps {
  value: string;
  error: string | undefined;
  onChange: (timeZone: string) => void;
}

/** A time zone by its IANA name; a few letters find it. */
export function TimeZoneField({ value, error, onChange }: TimeZoneFieldProps) {
  const { t } = useTranslation();
  const list = useId();
  return (
    <div>
      <TextField
        required
        label={t("hours.timeZone")}
        hint={t("hours.timeZoneHint")}
        error={error}
        list={list}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        spellCheck={false}
      />
      <datalist id={list}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </div>
  );
}
