import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "@/lib/problem-text";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Notice } from "./notice";

interface FormDialogProps {
  title: string;
  description?: string;
  /** What the button says that sends it. */
  action: string;
  actionTestId?: string;
  busy: boolean;
  /** Why the hub refused; null when it did not. */
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog: what is wrong above its fields, "cancel" and the action at its foot. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, action, actionTestId, busy, error, onSubmit, onClose, children } =
    props;
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog
      title={title}
      description={description}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" form={id} data-testid={actionTestId} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={id}
        autoComplete="off"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) onSubmit();
        }}
      >
        {error !== null && <Notice kind="danger" text={problemText(error)} />}
        {children}
      </form>
    </Dialog>
  );
}
