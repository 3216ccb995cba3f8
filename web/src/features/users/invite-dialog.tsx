import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { RoleField } from "@/components/role-field";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Role } from "@/lib/api/types";
import { setupQuery } from "@/lib/setup";
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
      {canMail && <SendMail checked={mails} onChange={setMails} />}
    </FormDialog>
  );
}

interface SendMailProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function SendMail({ checked, onChange }: SendMailProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-1 size-4 shrink-0 accent-(--tide)"
      />
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {t("user.sendMail")}
        </label>
        <p id={`${id}-hint`} className="text-xs text-ink-soft">
          {t("user.sendMailHint")}
        </p>
      </div>
    </div>
  );
}
