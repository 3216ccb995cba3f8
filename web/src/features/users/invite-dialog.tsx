import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RoleField } from "@/components/role-field";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Role } from "@/lib/api/types";
import { LinkDialog } from "./link-dialog";
import { useInvite } from "./queries";

/** Makes an invitation; its link is to be handed over by whatever way one likes. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const invite = useInvite();
  if (invite.data) {
    return (
      <LinkDialog
        title={t("user.invited", { email })}
        hint={t("user.invitedHint")}
        url={invite.data.url}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      title={t("user.invite")}
      action={t("user.makeLink")}
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() => invite.mutate({ email: email.trim(), role })}
      onClose={onClose}
    >
      <TextField
        required
        type="email"
        label={t("auth.email")}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  );
}
