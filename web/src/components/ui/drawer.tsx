import { ArrowLeft, X } from "lucide-react";
import { type ReactNode, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { PortalContext } from "@/lib/portal";
import { IconButton } from "./icon-button";
import { useModal } from "./use-modal";

interface DrawerProps {
  title: string;
  description?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  /** Names what is shown, when it shows one thing after another. */
  step: string;
  /** Absent: there is nothing before it. */
  onBack?: (() => void) | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** A modal at the edge, as high as the window: for a closer look without leaving the page. */
export function Drawer(props: DrawerProps) {
  const { title, description, actions, step, onBack, onClose, children } = props;
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const portal = useModal(ref, step, "title");
  const ids = useId();
  // Nobody loses what they typed by a click beside it.
  const typed = useRef(false);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it already; the click is on the backdrop.
    <dialog
      ref={ref}
      aria-labelledby={`${ids}-title`}
      data-testid="drawer"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={onClose}
      onInput={() => {
        typed.current = true;
      }}
      onClick={(event) => {
        if (event.target === ref.current && !typed.current) onClose();
      }}
      className="ms-auto me-0 my-0 h-dvh max-h-none w-full max-w-xl animate-rise overflow-hidden bg-panel p-0 text-ink shadow-pop"
    >
      <PortalContext value={portal}>
        <div className="flex h-full min-h-0 flex-col">
          <header className="flex items-center gap-2 border-b py-2.5 ps-3 pe-2">
            {onBack && (
              <IconButton
                small
                icon={ArrowLeft}
                label={t("common.back")}
                onClick={onBack}
                className="rtl:-scale-x-100"
              />
            )}
            <div className="min-w-0 flex-1 ps-1.5">
              <h2
                id={`${ids}-title`}
                tabIndex={-1}
                className="truncate text-lg font-semibold outline-none"
              >
                <bdi>{title}</bdi>
              </h2>
              {description && <div className="truncate text-xs text-ink-soft">{description}</div>}
            </div>
            {actions}
            <IconButton small icon={X} label={t("common.close")} onClick={onClose} />
          </header>
          {children}
        </div>
      </PortalContext>
    </dialog>
  );
}
