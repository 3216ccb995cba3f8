import { MessageSquare, StickyNote } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { listOf } from "@/lib/format";
import type { Person } from "../calls";

interface SwitchProps {
  note: boolean;
  onSwitch: (note: boolean) => void;
  /** Whom the note calls. */
  called: Person[];
  hasCanned: boolean;
}

/** To the customer or to colleagues: says which, and what that means. */
export function ModeSwitch({ note, onSwitch, called, hasCanned }: SwitchProps) {
  const { t } = useTranslation();
  return (
    <div className="flex items-center gap-3 px-2 pt-2">
      <fieldset
        aria-label={t("noteMode.label")}
        className={cn("flex gap-0.5 rounded-lg p-0.5", note ? "bg-note-line/40" : "bg-sunken")}
      >
        {[false, true].map((mode) => {
          const Icon = mode ? StickyNote : MessageSquare;
          return (
            <button
              key={String(mode)}
              type="button"
              data-testid={mode ? "mode-note" : "mode-reply"}
              aria-pressed={note === mode}
              onClick={() => onSwitch(mode)}
              className={cn(
                "flex h-7 items-center gap-1.5 rounded-md px-2.5 text-sm transition-colors max-md:h-9",
                note !== mode && (note ? "text-note-ink" : "text-ink-soft hover:text-ink"),
                note === mode && "font-medium shadow-lift",
                note === mode && (note ? "bg-note-ink text-note" : "bg-raised text-ink"),
              )}
            >
              <Icon aria-hidden className="size-3.5" />
              {mode ? t("noteMode.note") : t("noteMode.reply")}
            </button>
          );
        })}
      </fieldset>
      {note ? (
        <p className="min-w-0 flex-1 text-xs text-note-ink">
          {called.length > 0
            ? t("noteMode.calls", { names: listOf(called.map(({ name }) => name)) })
            : t("noteMode.hint")}
        </p>
      ) : (
        hasCanned && (
          <p className="min-w-0 flex-1 truncate text-xs text-ink-faint max-sm:hidden">
            {t("noteMode.replyHint")}
          </p>
        )
      )}
    </div>
  );
}
