import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Spinner } from "@/components/ui/states";
import { problemText } from "@/lib/problem-text";
import { AuthFrame } from "./auth-frame";
import { invitationQuery, useRegister } from "./queries";

/** Takes an invitation up: a name and a password make the account. */
export function InvitationPage() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const invitation = useQuery(invitationQuery(token));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const register = useRegister();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate({ invitation: token, name: name.trim(), password });
  };
  if (invitation.isPending) return <Spinner className="h-dvh" />;
  if (invitation.isError) {
    return (
      <AuthFrame title={t("auth.invitationGone")} hint={problemText(invitation.error)}>
        <Link to="/login" className="text-tide-strong hover:underline">
          {t("auth.toLogin")}
        </Link>
      </AuthFrame>
    );
  }
  const { organization, email, role } = invitation.data;
  return (
    <AuthFrame
      title={t("auth.join", { organization })}
      hint={t("auth.joinHint", { email, role: t(`role.${role}`) })}
    >
      <form onSubmit={submit} className="grid gap-4">
        {register.isError && <Notice kind="danger" text={problemText(register.error)} />}
        <TextField
          required
          data-testid="register-name"
          autoComplete="name"
          label={t("auth.name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <input type="hidden" autoComplete="username" value={email} />
        <TextField
          required
          type="password"
          data-testid="register-password"
          autoComplete="new-password"
          label={t("auth.password")}
          hint={t("auth.passwordHint")}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" size="lg" data-testid="register-submit" busy={register.isPending}>
          {t("auth.joinNow")}
        </Button>
      </form>
    </AuthFrame>
  );
}
