import { type RefObject, useEffect, useRef, useState } from "react";

/**
 * Opens a `<dialog>` as a modal while it is there, and then gives the focus back to what had it (or to the page,
 * when that is gone). Another `step` says that something else is shown now: what had the focus may be gone.
 */
export function useModal(ref: RefObject<HTMLDialogElement | null>, step?: string) {
  const [opened, setOpened] = useState<HTMLDialogElement | null>(null);
  const before = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const dialog = ref.current;
    before.current ??= returnTarget();
    if (dialog && !dialog.open) {
      dialog.showModal();
      firstField(dialog)?.focus();
    }
    setOpened(dialog);
    return () => {
      const target = before.current?.isConnected ? before.current : document.querySelector("main");
      target?.focus();
    };
  }, [ref]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is the reason to look.
  useEffect(() => {
    if (!opened || opened.contains(document.activeElement)) return;
    (firstField(opened) ?? opened.querySelector("h2"))?.focus();
  }, [step, opened]);
  return opened;
}

function firstField(dialog: HTMLDialogElement): HTMLElement | null {
  return dialog.querySelector<HTMLElement>("input:not([hidden]), textarea, select");
}

/** What had the focus; of a menu, which will be gone, the button that opened it. */
function returnTarget(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest("[role=menu]");
  const opener = menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  return opener ?? (active instanceof HTMLElement ? active : null);
}
