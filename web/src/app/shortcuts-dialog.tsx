import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { Dialog } from "@/components/ui/dialog";
import { KeyCaps } from "@/components/ui/key-caps";
import { isDialogOpen, isTyping, MAIN_KEY } from "@/lib/keyboard";

const SHORTCUTS = [
  { keys: [MAIN_KEY, "K"], what: "commandBar" },
  { keys: ["Alt", "J"], what: "next" },
  { keys: ["Alt", "K"], what: "previous" },
  { keys: ["Alt", "T"], what: "takeNext" },
  { keys: ["Alt", "A"], what: "accept" },
  { keys: ["Alt", "L"], what: "reply" },
  { keys: ["Alt", "N"], what: "note" },
  { keys: ["Alt", "E"], what: "close" },
  { keys: ["Alt", "U"], what: "unread" },
  { keys: ["Alt", "M"], what: "macros" },
  { keys: ["Alt", "Z"], what: "undo" },
  { keys: ["/"], what: "search" },
  { keys: ["↑", "↓"], what: "rows" },
  { keys: ["X"], what: "select" },
  { keys: ["Enter"], what: "send" },
  { keys: ["Ctrl", "Enter"], what: "sendToo" },
  { keys: ["Shift", "Enter"], what: "newLine" },
  { keys: ["/"], what: "canned" },
  { keys: ["@"], what: "call" },
  { keys: ["?"], what: "help" },
] as const;

const useShortcutsHelp = create<{ open: boolean }>(() => ({ open: false }));

export function showShortcutsHelp(): void {
  useShortcutsHelp.setState({ open: true });
}

/** The help, where it is asked for; `?` opens it. */
export function ShortcutsHelp() {
  const open = useShortcutsHelp((help) => help.open);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "?" || isTyping(event.target) || isDialogOpen()) return;
      event.preventDefault();
      showShortcutsHelp();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      useShortcutsHelp.setState({ open: false });
    };
  }, []);
  return open && <ShortcutsDialog onClose={() => useShortcutsHelp.setState({ open: false })} />;
}

function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <dl className="grid gap-2">
        {SHORTCUTS.map(({ keys, what }) => (
          <div key={what} className="flex items-center justify-between gap-4">
            <dt className="text-ink-soft">{t(`shortcuts.${what}`)}</dt>
            <dd>
              <KeyCaps keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
