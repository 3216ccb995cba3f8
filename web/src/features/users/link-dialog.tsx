import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { CopyValue } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";

interface LinkDialogProps {
  title: string;
  hint: string;
  url: string;
  onClose: () => void;
}

/** A link that is shown once, to be handed over by whatever way one likes. */
export function LinkDialog({ title, hint, url, onClose }: LinkDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={title}
      description={hint}
      once
      onClose={onClose}
      footer={<Button onClick={onClose}>{t("common.done")}</Button>}
    >
      <CopyValue
        value={url}
        label={t("common.copyWhat", { what: t("user.link") })}
        testId="link-url"
      />
    </Dialog>
  );
}
