import type { RefObject } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { VARIABLES } from "@/lib/variables";

interface VariableButtonsProps {
  /** Where the text is written. */
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onChange: (text: string) => void;
}

/** Puts the name of what is filled in later where the caret is. */
export function VariableButtons({ field, text, onChange }: VariableButtonsProps) {
  const { t } = useTranslation();
  const insert = (name: string) => {
    if (!field.current) return;
    const { selectionStart: from, selectionEnd: to } = field.current;
    const variable = `{{${name}}}`;
    flushSync(() => onChange(text.slice(0, from) + variable + text.slice(to)));
    field.current.focus();
    field.current.setSelectionRange(from + variable.length, from + variable.length);
  };
  return (
    <fieldset className="-mt-2 flex flex-wrap items-center gap-1.5" aria-label={t("canned.insert")}>
      <span aria-hidden className="text-xs text-ink-faint">
        {t("canned.insert")}
      </span>
      {VARIABLES.map(({ name, label }) => (
        <button
          key={name}
          type="button"
          onClick={() => insert(name)}
          className="h-6 rounded-md bg-sunken px-2 text-xs text-ink-soft hover:bg-tide-soft hover:text-tide-strong max-md:h-8"
        >
          {t(`canned.variable.${label}`)}
        </button>
      ))}
    </fieldset>
  );
}
