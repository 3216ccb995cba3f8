import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/ui/dialog";

const SHORTCUTS = [
  { keys: ["Alt", "J"], what: "next" },
  { keys: ["Alt", "K"], what: "previous" },
  { keys: ["Alt", "L"], what: "reply" },
  { keys: ["Alt", "P"], what: "note" },
  { keys: ["Alt", "E"], what: "close" },
  { keys: ["/"], what: "search" },
  { keys: ["Enter"], what: "send" },
  { keys: ["Shift", "Enter"], what: "newLine" },
] as const;

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
