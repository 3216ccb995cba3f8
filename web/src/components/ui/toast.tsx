import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useEffect } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { cn } from "@/lib/classes";
import i18n from "@/lib/i18n";
import { isDialogOpen, isMac, isTyping } from "@/lib/keyboard";
import { problemText } from "@/lib/problem-text";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import { useTopModal } from "./use-modal";

interface Toast {
  id: number;
  kind: "good" | "info" | "danger";
  text: string;
  /** It goes by itself after so long, unless somebody is at it. */
  shownMs: number | null;
  action?: { label: string; run: () => void; isUndo?: boolean };
}

/** Long enough to read a line. */
const SHOWN_MS = 5_000;
/** Time to see that it was the wrong one, and to go there by keyboard. */
const UNDO_MS = 8_000;
/** A newer one takes the place of the oldest: of what was done only the last is still to be read. */
const MOST = { good: 1, info: 2, danger: 2 };

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let nextId = 1;

function add(toast: Omit<Toast, "id">): () => void {
  const id = nextId++;
  const { toasts } = useToasts.getState();
  const same = toasts.filter(({ kind }) => kind === toast.kind);
  for (const old of same.slice(0, Math.max(0, same.length + 1 - MOST[toast.kind]))) drop(old.id);
  useToasts.setState((now) => ({ toasts: [...now.toasts, { ...toast, id }] }));
  letGo(id);
  return () => drop(id);
}

function drop(id: number): void {
  hold(id);
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Nothing goes while somebody reads it or is about to press it. */
function hold(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

function letGo(id: number): void {
  hold(id);
  const shownMs = useToasts.getState().toasts.find((toast) => toast.id === id)?.shownMs;
  if (shownMs) timers.set(id, setTimeout(drop, shownMs, id));
}

export function toastGood(text: string): void {
  add({ kind: "good", text, shownMs: SHOWN_MS });
}

/** Says what was done, with a way back. */
export function toastUndo(text: string, undo: () => void): void {
  const action = { label: i18n.t("common.undo"), run: undo, isUndo: true };
  add({ kind: "good", text, action, shownMs: UNDO_MS });
}

/** Says what happened and offers what can be done now, for so long; returns how to take it away. */
export function toastOffer(
  text: string,
  label: string,
  run: () => void,
  shownMs: number,
): () => void {
  return add({ kind: "info", text, action: { label, run }, shownMs });
}

/** Says what others did; stays until somebody has seen it. */
export function toastNews(text: string): void {
  add({ kind: "info", text, shownMs: null });
}

/** Stays until somebody has seen it. */
export function toastBad(text: string): void {
  add({ kind: "danger", text, shownMs: null });
}

/** For failures that have no better place to be shown. */
export function toastProblem(error: unknown): void {
  toastBad(problemText(error));
}

function act({ id, action }: Toast): void {
  drop(id);
  action?.run();
}

/** Alt+Z takes back what was just done, from wherever the focus is. */
function useUndoKey(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.code !== "KeyZ" || !event.altKey || event.ctrlKey || event.metaKey) return;
      // On a Mac, Option writes a letter into a field.
      if (isDialogOpen() || (isTyping(event.target) && isMac())) return;
      const last = useToasts.getState().toasts.findLast(({ action }) => action?.isUndo);
      if (!last) return;
      event.preventDefault();
      act(last);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

/**
 * Inside the dialog that is open, if one is: it lies above everything else. Else below the head of the conversation,
 * over what was said longest ago: neither over the newest message and the field below it nor over the list beside it.
 */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  const modal = useTopModal();
  useUndoKey();
  return createPortal(
    <div
      aria-live="polite"
      data-testid="toasts"
      className={cn(
        "pointer-events-none fixed inset-x-3 z-50 flex flex-col items-center gap-1.5",
        modal
          ? "top-3"
          : "top-17 md:start-[26.5rem] md:end-3 xl:start-[28rem] xl:end-75 2xl:end-83",
      )}
    >
      {toasts.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>,
    modal ?? document.body,
  );
}

const LOOK = {
  good: { icon: CircleCheck, classes: "text-good" },
  info: { icon: Info, classes: "text-tide" },
  danger: { icon: CircleAlert, classes: "text-danger" },
};

function ToastLine({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const { id, kind, text, action } = toast;
  const { icon: Icon, classes } = LOOK[kind];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only time stands still while somebody is at it.
    <div
      onPointerEnter={() => hold(id)}
      onPointerLeave={() => letGo(id)}
      onFocus={() => hold(id)}
      onBlur={() => letGo(id)}
      className="pointer-events-auto flex max-w-md animate-rise items-center gap-2 rounded-xl bg-raised py-0.5 ps-3 pe-1 text-sm shadow-pop"
    >
      <Icon aria-hidden className={cn("size-4 shrink-0", classes)} />
      <span className="min-w-0 flex-1 py-1 wrap-anywhere">{text}</span>
      {action && (
        <Button
          size="sm"
          look="quiet"
          className="text-tide-strong"
          {...(action.isUndo && { "aria-keyshortcuts": "Alt+Z", title: "Alt+Z" })}
          onClick={() => act(toast)}
        >
          {action.label}
        </Button>
      )}
      <IconButton small icon={X} label={t("common.close")} onClick={() => drop(id)} />
    </div>
  );
}
