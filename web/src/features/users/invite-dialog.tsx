import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import type { Role } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { isAtLeast, ROLES, useLogin } from "@/lib/session-user";
import { LinkDialog } from "./link-dialog";
import { useInvite } from "./queries";

/** Makes an invitation; its link is to be handed over by whatever way one likes. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const mine = useLogin((login) => login.user?.role);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const invite = useInvite();
  const send = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email: email.trim(), role });
  };
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
    <Dialog
      title={t("user.invite")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" form="invite-form" busy={invite.isPending}>
            {t("user.makeLink")}
          </Button>
        </>
      }
    >
      <form id="invite-form" onSubmit={send} className="grid gap-4">
        {invite.isError && <Notice kind="danger" text={problemText(invite.error)} />}
        <TextField
          required
          type="email"
          label={t("auth.email")}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label={t("user.role")}
          hint={t(`user.roleHint.${role}`)}
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {ROLES.filter((each) => isAtLeast(mine, each)).map((each) => (
            <option key={each} value={each}>
              {t(`role.${each}`)}
            </option>
          ))}
        </SelectField>
      </form>
    </Dialog>
  );
}
