import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { cn } from "@/lib/classes";
import i18n from "@/lib/i18n";
import { problemText } from "@/lib/problem-text";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import { useTopModal } from "./use-modal";

interface Toast {
  id: number;
  kind: "good" | "info" | "danger";
  text: string;
  action?: { label: string; run: () => void };
}

/** Longer than anybody needs to read a line; more than three hide the work. */
const SHOWN_MS = 6_000;
const MAX_TOASTS = 3;
/** Time to see that it was the wrong one, and to go there by keyboard. */
const UNDO_MS = 10_000;

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
let nextId = 1;

function add(toast: Omit<Toast, "id">, shownMs = SHOWN_MS): () => void {
  const id = nextId++;
  useToasts.setState(({ toasts }) => ({
    toasts: [...toasts, { ...toast, id }].slice(-MAX_TOASTS),
  }));
  setTimeout(() => drop(id), shownMs);
  return () => drop(id);
}

function drop(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

export function toastGood(text: string): void {
  add({ kind: "good", text });
}

/** Says what was done, with a way back. */
export function toastUndo(text: string, undo: () => void): void {
  add({ kind: "good", text, action: { label: i18n.t("common.undo"), run: undo } }, UNDO_MS);
}

/** Says what happened and offers what can be done now, for so long; returns how to take it away. */
export function toastOffer(
  text: string,
  label: string,
  run: () => void,
  shownMs: number,
): () => void {
  return add({ kind: "info", text, action: { label, run } }, shownMs);
}

export function toastBad(text: string): void {
  add({ kind: "danger", text });
}

/** For failures that have no better place to be shown. */
export function toastProblem(error: unknown): void {
  add({ kind: "danger", text: problemText(error) });
}

/** Inside the dialog that is open, if one is: it lies above everything else. Above the field to write in. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  const modal = useTopModal();
  const lines = (offers: boolean) =>
    toasts
      .filter((toast) => (toast.kind === "info") === offers)
      .map((toast) => <ToastLine key={toast.id} toast={toast} />);
  return createPortal(
    <>
      <div
        aria-live="polite"
        className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4"
      >
        {lines(false)}
      </div>
      {/* What is offered stays longer: where it hides nothing that is being written or accepted. */}
      <div
        aria-live="polite"
        className="pointer-events-none fixed inset-x-3 top-3 z-50 flex flex-col items-center gap-2 md:inset-x-auto md:start-19 md:top-auto md:bottom-3 md:w-84 md:items-stretch"
      >
        {lines(true)}
      </div>
    </>,
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
  const { icon: Icon, classes } = LOOK[toast.kind];
  return (
    <div className="pointer-events-auto flex max-w-md animate-rise items-center gap-2.5 rounded-xl bg-raised py-1.5 ps-3.5 pe-1.5 text-base shadow-pop">
      <Icon aria-hidden className={cn("size-4.5 shrink-0", classes)} />
      <span className="min-w-0 flex-1 wrap-anywhere">{toast.text}</span>
      {toast.action && (
        <Button
          size="sm"
          look="quiet"
          className="text-tide-strong"
          onClick={() => {
            toast.action?.run();
            drop(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton small icon={X} label={t("common.close")} onClick={() => drop(toast.id)} />
    </div>
  );
}
