import { useTranslation } from "react-i18next";
import { FormDialog } from "@/components/ui/form-dialog";
import { LaterFields, useLaterForm } from "./later-fields";
import type { Later } from "./leaving";

interface LaterDialogProps {
  first: Later;
  windowExpiresAt: string | null | undefined;
  onPick: (later: Later) => void;
  onClose: () => void;
}

/** A time of one's own to send something. */
export function LaterDialog({ first, windowExpiresAt, onPick, onClose }: LaterDialogProps) {
  const { t } = useTranslation();
  const { form, change, read } = useLaterForm(first);
  const pick = () => {
    const later = read();
    if (later) onPick(later);
  };
  return (
    <FormDialog
      title={t("later.menu")}
      action={t("later.menu")}
      actionTestId="later-pick"
      busy={false}
      error={null}
      onSubmit={pick}
      onClose={onClose}
    >
      <LaterFields form={form} change={change} windowExpiresAt={windowExpiresAt} />
    </FormDialog>
  );
}
