import { LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";

interface EarlyFieldProps {
  value: string;
  onChange: (value: string) => void;
}

/** Takes what is typed while the command bar is on its way: letters are not lost to a slow network. */
export function EarlyField({ value, onChange }: EarlyFieldProps) {
  const { t } = useTranslation();
  const label = t("commandBar.label");
  return (
    <div className="flex h-13 items-center gap-2 px-2">
      <LoaderCircle aria-hidden className="mx-2 size-4 shrink-0 animate-spin text-ink-faint" />
      <input
        aria-label={label}
        aria-busy
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-full min-w-0 flex-1 bg-transparent text-lg text-ink outline-none placeholder:text-ink-faint"
      />
    </div>
  );
}
