import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import type { UserView } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { Choice } from "./choice";
import { useChangeUser } from "./queries";

/** Asks before somebody is locked out, and whether programs may go on with the keys that they made. */
export function DisableDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { t } = useTranslation();
  const [keepsKeys, setKeepsKeys] = useState(false);
  const change = useChangeUser(user.id);
  const disable = () =>
    change.mutate(
      { disabled: true, ...(keepsKeys && { keep_api_keys: true }) },
      { onSuccess: onClose },
    );
  return (
    <Dialog
      title={t("user.disableTitle", { name: user.name })}
      description={t("user.disableText")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" busy={change.isPending} onClick={disable}>
            {t("user.disable")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {change.isError && <Notice kind="danger" text={problemText(change.error)} />}
        <Choice
          label={t("user.keepKeys", { name: user.name })}
          hint={t("user.keepKeysHint")}
          checked={keepsKeys}
          onChange={setKeepsKeys}
        />
      </div>
    </Dialog>
  );
}
