import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useModal } from "@/components/ui/use-modal";
import { PortalContext } from "@/lib/portal";

interface FrameProps {
  onClose: () => void;
  children: ReactNode;
}

/**
 * The dialog around the command bar. It is there at once, while what is in it may still be on its way: what somebody
 * types at that moment must not go into the message behind it.
 */
export function BarFrame({ onClose, children }: FrameProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const portal = useModal(ref);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it already; the click is on the backdrop.
    <dialog
      ref={ref}
      aria-label={t("commandBar.title")}
      data-testid="command-bar"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
      className="mx-auto mt-2 mb-auto w-[calc(100%-1rem)] max-w-xl animate-rise overflow-hidden rounded-2xl bg-panel p-0 text-ink shadow-pop md:mt-[12vh]"
    >
      <PortalContext value={portal}>{children}</PortalContext>
    </dialog>
  );
}
