import { Paperclip } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDraft } from "../drafts";
import { attachFiles } from "./attach";

interface DropZoneProps {
  conversationId: string;
  disabled: boolean;
  children: ReactNode;
}

/** Takes files that are dropped anywhere on the conversation. */
export function DropZone({ conversationId, disabled, children }: DropZoneProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const refuses = useDraft(conversationId).note || disabled;
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return (
    <section
      aria-label={t("thread.pane")}
      className="relative flex min-h-0 flex-1 flex-col"
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        // Refused or not: the browser must not leave this page to show the file.
        event.preventDefault();
        if (refuses) event.dataTransfer.dropEffect = "none";
        else setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(false);
        if (!refuses) attachFiles(conversationId, event.dataTransfer.files);
      }}
    >
      {children}
      {over && (
        <div className="pointer-events-none absolute inset-3 z-10 grid place-items-center rounded-2xl border-2 border-dashed border-tide bg-tide-soft/90 text-tide-strong">
          <p className="flex items-center gap-2 text-lg font-semibold">
            <Paperclip aria-hidden className="size-5" />
            {t("composer.drop")}
          </p>
        </div>
      )}
    </section>
  );
}
