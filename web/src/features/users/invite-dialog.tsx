import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RoleField } from "@/components/role-field";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Role } from "@/lib/api/types";
import { setupQuery } from "@/lib/setup";
import { Choice } from "./choice";
import { LinkDialog } from "./link-dialog";
import { useInvite } from "./queries";

/** Makes an invitation; its link goes by mail where the hub can send it, or by whatever way one likes. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [mails, setMails] = useState(true);
  const canMail = useQuery(setupQuery).data?.mail ?? false;
  const invite = useInvite();
  if (invite.data) {
    const { invitation, url } = invite.data;
    return (
      <LinkDialog
        title={t("user.invited", { email })}
        hint={t(invitation.mail ? "user.invitedByMail" : "user.invitedHint")}
        url={url}
        onClose={onClose}
      />
    );
  }
  const byMail = canMail && mails;
  return (
    <FormDialog
      title={t("user.invite")}
      action={t(byMail ? "user.sendInvitation" : "user.makeLink")}
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() =>
        invite.mutate({ email: email.trim(), role, ...(byMail && { send_mail: true }) })
      }
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
      {canMail && (
        <Choice
          label={t("user.sendMail")}
          hint={t("user.sendMailHint")}
          checked={mails}
          onChange={setMails}
        />
      )}
    </FormDialog>
  );
}
