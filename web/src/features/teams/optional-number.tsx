import { useState } from "react";
import { TextField } from "@/components/ui/field";

interface OptionalNumberProps {
  label: string;
  hint: string;
  unit: string;
  value: string;
  /** What it begins with when it is turned on. */
  first: string;
  min: number;
  max: number;
  step: number | "any";
  error: string | undefined;
  onChange: (value: string) => void;
}

/** A number that can be off. */
export function OptionalNumber(props: OptionalNumberProps) {
  const { label, hint, unit, value, first, error, onChange, ...range } = props;
  // Not by the value: who empties the field to write another number does not turn it off.
  const [on, setOn] = useState(value !== "");
  return (
    <div className="grid grid-cols-[1fr_9rem] items-start gap-2">
      <label className="flex items-start gap-3 pt-0.5">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setOn(event.target.checked);
            onChange(event.target.checked ? first : "");
          }}
          className="mt-0.5 size-4 shrink-0 accent-(--tide)"
        />
        <span className="min-w-0">
          <span className="block text-sm font-medium">{label}</span>
          <span className="block text-xs text-ink-faint">{hint}</span>
        </span>
      </label>
      {on && (
        <TextField
          required
          type="number"
          label={unit}
          error={error}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-label={`${label}: ${unit}`}
          {...range}
        />
      )}
    </div>
  );
}
