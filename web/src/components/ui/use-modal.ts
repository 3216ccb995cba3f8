import { type RefObject, useEffect, useRef, useState } from "react";
import { create } from "zustand";

const useModals = create<{ open: HTMLElement[] }>(() => ({ open: [] }));

/** The modal dialog on top, if there is one: what is outside of it can be neither reached nor heard. */
export function useTopModal(): HTMLElement | null {
  return useModals(({ open }) => open.at(-1) ?? null);
}

/**
 * Opens a `<dialog>` as a modal while it is there, and then gives the focus back to what had it (or to the page,
 * when that is gone and nothing else has it). Another `step` says that something else is shown now: what had the focus may be gone.
 */
export function useModal(
  ref: RefObject<HTMLDialogElement | null>,
  step?: string,
  first: "field" | "title" = "field",
) {
  const [opened, setOpened] = useState<HTMLDialogElement | null>(null);
  const before = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const dialog = ref.current;
    before.current ??= returnTarget();
    if (dialog && !dialog.open) {
      dialog.showModal();
      firstOf(dialog, first)?.focus();
    }
    setOpened(dialog);
    if (dialog) useModals.setState(({ open }) => ({ open: [...open, dialog] }));
    return () => {
      useModals.setState(({ open }) => ({ open: open.filter((other) => other !== dialog) }));
      if (before.current?.isConnected) before.current.focus();
      else if (document.activeElement === document.body) document.querySelector("main")?.focus();
    };
  }, [ref, first]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is the reason to look.
  useEffect(() => {
    if (!opened || opened.contains(document.activeElement)) return;
    (firstOf(opened, first) ?? opened.querySelector("h2"))?.focus();
  }, [step, opened]);
  return opened;
}

/** What is to be read is not written into first. */
function firstOf(dialog: HTMLDialogElement, first: "field" | "title"): HTMLElement | null {
  if (first === "title") return dialog.querySelector("h2");
  return dialog.querySelector<HTMLElement>("input:not([hidden]), textarea, select");
}

/** What had the focus; of a menu, which will be gone, the button that opened it. */
function returnTarget(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest("[role=menu]");
  const opener = menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  return opener ?? (active instanceof HTMLElement ? active : null);
}
