import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { MessageContent } from "../bubble/message-content";
import type { SendBody } from "../outbox";
import { previewOf } from "../preview";
import { LaterButton } from "../scheduled/later-button";
import type { LaterWay } from "../scheduled/leaving";

interface FrameProps {
  title: string;
  /** What is sent; null while it is not complete. */
  body: SendBody | null;
  /** What is shown meanwhile. */
  draft: SendBody;
  onSend: (body: SendBody) => void;
  later: LaterWay;
  onClose: () => void;
  children: ReactNode;
}

/** A form on one side, on the other the bubble that it makes. */
export function PreviewFrame(props: FrameProps) {
  const { title, body, draft, onSend, later, onClose, children } = props;
  const { t } = useTranslation();
  return (
    <Dialog
      wide
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <LaterButton body={body} later={later} onLeft={onClose} />
          <Button
            disabled={!body}
            onClick={() => {
              if (body) onSend(body);
              onClose();
            }}
          >
            {t("composer.send")}
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-5 md:grid-cols-2">
        <div className="grid content-start gap-3.5">{children}</div>
        <section aria-label={t("builder.preview")} className="rounded-xl bg-canvas p-4">
          <div className="ms-auto w-fit max-w-full rounded-2xl rounded-se-md border border-own-line bg-own px-3 py-2">
            <MessageContent message={previewOf(draft)} />
          </div>
        </section>
      </div>
    </Dialog>
  );
}
