import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import type { Role, UserView } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { Choice } from "./choice";
import { useChangeUser } from "./queries";

interface TakeRightsProps {
  user: UserView;
  /** The lower role; undefined: they are locked out. */
  role: Role | undefined;
  onClose: () => void;
}

/** Asks before somebody may do less or nothing any more, and whether programs may go on with the keys that they made. */
export function TakeRightsDialog({ user, role, onClose }: TakeRightsProps) {
  const { t } = useTranslation();
  const { name } = user;
  const [keepsKeys, setKeepsKeys] = useState(false);
  const change = useChangeUser(user.id);
  const take = () =>
    change.mutate(
      { ...(role ? { role } : { disabled: true }), ...(keepsKeys && { keep_api_keys: true }) },
      { onSuccess: onClose },
    );
  return (
    <Dialog
      title={
        role
          ? t("user.lowerTitle", { name, role: t(`role.${role}`) })
          : t("user.disableTitle", { name })
      }
      description={t(role ? "user.lowerText" : "user.disableText")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" busy={change.isPending} onClick={take}>
            {t(role ? "user.lower" : "user.disable")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {change.isError && <Notice kind="danger" text={problemText(change.error)} />}
        <Choice
          label={t("user.keepKeys", { name })}
          hint={t("user.keepKeysHint")}
          checked={keepsKeys}
          onChange={setKeepsKeys}
        />
      </div>
    </Dialog>
  );
}
