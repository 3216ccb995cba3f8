import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/ui/dialog";
import { isDialogOpen, isTyping } from "@/lib/keyboard";

const SHORTCUTS = [
  { keys: ["Alt", "J"], what: "next" },
  { keys: ["Alt", "K"], what: "previous" },
  { keys: ["Alt", "L"], what: "reply" },
  { keys: ["Alt", "N"], what: "note" },
  { keys: ["Alt", "E"], what: "close" },
  { keys: ["/"], what: "search" },
  { keys: ["↑", "↓"], what: "rows" },
  { keys: ["Enter"], what: "send" },
  { keys: ["Shift", "Enter"], what: "newLine" },
  { keys: ["/"], what: "canned" },
  { keys: ["@"], what: "call" },
  { keys: ["?"], what: "help" },
] as const;

/** Whether the help is shown; `?` opens it. */
export function useShortcutsHelp() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "?" || isTyping(event.target) || isDialogOpen()) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return [open, setOpen] as const;
}

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <dl className="grid gap-2">
        {SHORTCUTS.map(({ keys, what }) => (
          <div key={what} className="flex items-center justify-between gap-4">
            <dt className="text-ink-soft">{t(`shortcuts.${what}`)}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="rounded-md border border-b-2 bg-raised px-2 py-0.5 font-mono text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
