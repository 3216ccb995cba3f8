import { type ReactNode, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { TagDot } from "@/components/tag-chip";
import { SelectField, TextAreaField, TextField } from "@/components/ui/field";
import { VariableButtons } from "@/components/variable-buttons";
import type { MacroAction, Tag } from "@/lib/api/types";
import { inUnits, type Step, type StepChoices, UNITS, type Unit } from "./steps";

const PRIORITIES = ["urgent", "high", "normal", "low"] as const;
const STATUSES = ["open", "pending", "closed"] as const;
/** As the hub: a leap year. */
const LONGEST_MINUTES = 366 * 24 * 60;

interface StepFieldsProps {
  step: MacroAction;
  choices: StepChoices;
  /** What the hub finds wrong with it. */
  problem: string | undefined;
  onChange: (step: MacroAction) => void;
}

/** What a step needs to know. */
export function StepFields({ step, choices, problem, onChange }: StepFieldsProps) {
  const { t } = useTranslation();
  switch (step.do) {
    case "send_text":
    case "write_note":
      return <TextStep step={step} problem={problem} onChange={onChange} />;
    case "assign":
      return (
        <Choice
          label={t("macro.to")}
          problem={problem}
          value={step.assignee ?? ""}
          options={[
            ["me", t("macro.whoRuns")],
            ["", t("conversation.unassigned")],
            ...choices.users.filter(({ disabled }) => !disabled).map(named),
          ]}
          onChange={(to) => onChange({ do: step.do, assignee: to || null })}
        />
      );
    case "set_team":
      return (
        <Choice
          label={t("care.team")}
          problem={problem}
          value={step.team ?? ""}
          options={[["", t("care.noTeam")], ...choices.teams.map(named)]}
          onChange={(team) => onChange({ do: step.do, team: team || null })}
        />
      );
    case "set_status":
      return (
        <Choice
          label={t("inbox.statusFilter")}
          problem={problem}
          value={step.status}
          options={STATUSES.map((status) => [status, t(`conversation.${status}`)])}
          onChange={(status) => onChange({ do: step.do, status })}
        />
      );
    case "set_priority":
      return (
        <Choice
          label={t("care.priorityLabel")}
          problem={problem}
          value={step.priority}
          options={PRIORITIES.map((priority) => [priority, t(`care.priority.${priority}`)])}
          onChange={(priority) => onChange({ do: step.do, priority })}
        />
      );
    case "snooze":
      return <SnoozeStep step={step} problem={problem} onChange={onChange} />;
    default:
      return (
        <TagStep
          tags={choices.tags}
          chosen={step.tags}
          problem={problem}
          onChange={(tags) => onChange({ ...step, tags })}
        />
      );
  }
}

function named({ id, name }: { id: string; name: string }): [string, string] {
  return [id, name];
}

interface ChoiceProps<Value extends string> {
  label: string;
  problem: string | undefined;
  value: Value;
  options: [Value, string][];
  onChange: (value: Value) => void;
}

function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, problem, value, options, onChange } = props;
  const { t } = useTranslation();
  const known = options.some(([option]) => option === value);
  return (
    <SelectField
      label={label}
      error={problem}
      value={value}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {!known && <option value={value}>{t("filter.gone")}</option>}
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

interface StepProps<S extends MacroAction> {
  step: S;
  problem: string | undefined;
  onChange: (step: S) => void;
}

function TextStep({ step, problem, onChange }: StepProps<Step<"send_text" | "write_note">>) {
  const { t } = useTranslation();
  const box = useRef<HTMLTextAreaElement>(null);
  const write = (text: string) => onChange({ ...step, text });
  return (
    <>
      <TextAreaField
        ref={box}
        required
        label={t("canned.text")}
        error={problem}
        maxLength={4096}
        rows={3}
        value={step.text}
        onChange={(event) => write(event.target.value)}
      />
      <VariableButtons field={box} text={step.text} onChange={write} />
    </>
  );
}

function SnoozeStep({ step, problem, onChange }: StepProps<Step<"snooze">>) {
  const { t } = useTranslation();
  const [{ amount, unit }, setSpan] = useState(() => {
    const first = inUnits(step.minutes);
    return { amount: String(first.amount), unit: first.unit };
  });
  const set = (amount: string, unit: Unit) => {
    setSpan({ amount, unit });
    onChange({ ...step, minutes: Math.round(Number(amount) * UNITS[unit]) });
  };
  return (
    <div className="grid grid-cols-2 gap-2">
      <TextField
        required
        type="number"
        min={1}
        max={Math.floor(LONGEST_MINUTES / UNITS[unit])}
        label={t("macro.for")}
        error={problem}
        value={amount}
        onChange={(event) => set(event.target.value, unit)}
      />
      <SelectField
        label={t("macro.unit")}
        value={unit}
        onChange={(event) => set(amount, event.target.value as Unit)}
      >
        {(Object.keys(UNITS) as Unit[]).map((each) => (
          <option key={each} value={each}>
            {t(`macro.units.${each}`)}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

interface TagStepProps {
  tags: Tag[];
  chosen: string[];
  problem: string | undefined;
  onChange: (tags: string[]) => void;
}

function TagStep({ tags, chosen, problem, onChange }: TagStepProps) {
  const { t } = useTranslation();
  const note = useId();
  const gone = chosen.filter((id) => tags.every((tag) => tag.id !== id));
  const box = (id: string, name: string, mark?: ReactNode) => (
    <label
      key={id}
      className="flex h-8 max-w-full items-center gap-2 rounded-lg border bg-raised px-2.5 text-sm has-checked:border-tide-line has-checked:bg-tide-soft"
    >
      <input
        type="checkbox"
        checked={chosen.includes(id)}
        onChange={(event) =>
          onChange(event.target.checked ? [...chosen, id] : chosen.filter((other) => other !== id))
        }
        className="size-3.5 shrink-0 accent-(--tide)"
      />
      {mark}
      <bdi className="truncate">{name}</bdi>
    </label>
  );
  if (tags.length === 0 && gone.length === 0) {
    return <p className="text-sm text-ink-soft">{t("care.none.tags")}</p>;
  }
  return (
    <fieldset aria-label={t("care.tags")} aria-describedby={problem && note}>
      <div className="flex max-h-44 flex-wrap gap-1.5 overflow-y-auto">
        {tags.map(({ id, name, color }) => box(id, name, <TagDot color={color} />))}
        {gone.map((id) => box(id, t("filter.gone")))}
      </div>
      {problem && (
        <p id={note} role="alert" className="mt-1.5 text-xs text-danger">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
