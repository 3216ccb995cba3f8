import { X } from "lucide-react";
import { type ReactNode, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { PortalContext } from "@/lib/portal";
import { IconButton } from "./icon-button";
import { useModal } from "./use-modal";

interface DialogProps {
  title: string;
  description?: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot. */
  footer?: ReactNode;
  wide?: boolean;
  /** Names what is shown, when a dialog shows one thing after another. */
  step?: string | undefined;
  /** What it shows can't be shown again: a click beside it does not close it. */
  once?: boolean;
}

/** A modal on the browser's own `<dialog>`: it keeps the focus, closes on Escape and gives the focus back. */
export function Dialog(props: DialogProps) {
  const { title, description, onClose, children, footer, wide, step, once } = props;
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const portal = useModal(ref, step);
  const ids = useId();
  // Letting go of the button out there after marking some text is no click out there.
  const pressedOutside = useRef(false);
  // Nobody loses what they typed by a click beside it.
  const typed = useRef(false);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it already; the click is on the backdrop.
    <dialog
      ref={ref}
      aria-labelledby={`${ids}-title`}
      aria-describedby={description ? `${ids}-description` : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Browsers close it without asking when Escape is pressed twice.
      onClose={onClose}
      onInput={() => {
        typed.current = true;
      }}
      onPointerDown={(event) => {
        pressedOutside.current = event.target === ref.current;
      }}
      onClick={(event) => {
        const outside = pressedOutside.current && event.target === ref.current;
        if (outside && !once && !typed.current) onClose();
      }}
      className={cn(
        "m-auto max-h-[min(46rem,calc(100dvh-2rem))] w-[calc(100%-2rem)] animate-rise overflow-hidden rounded-2xl bg-panel p-0 text-ink shadow-pop",
        wide ? "max-w-4xl" : "max-w-lg",
      )}
    >
      <div className="flex max-h-[inherit] flex-col">
        <header className="flex items-start gap-3 px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1 pt-1">
            <h2
              id={`${ids}-title`}
              tabIndex={-1}
              className="text-lg font-semibold wrap-anywhere outline-none"
            >
              {title}
            </h2>
            {description && (
              <p id={`${ids}-description`} className="mt-0.5 text-sm wrap-anywhere text-ink-soft">
                {description}
              </p>
            )}
          </div>
          <IconButton icon={X} label={t("common.close")} onClick={onClose} small />
        </header>
        <PortalContext value={portal}>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t bg-sunken px-5 py-3">
              {footer}
            </footer>
          )}
        </PortalContext>
      </div>
    </dialog>
  );
}
