import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Spinner } from "@/components/ui/states";
import { fieldProblem, isAboutFields, problemText } from "@/lib/problem-text";
import { AuthFrame } from "./auth-frame";
import { invitationQuery, useRegister } from "./queries";
import { useNewPassword } from "./use-new-password";

/** Takes an invitation up: a name and a password make the account. */
export function InvitationPage() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const invitation = useQuery(invitationQuery(token));
  const [name, setName] = useState("");
  const chosen = useNewPassword();
  const register = useRegister();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!chosen.judge()) return;
    register.mutate({ invitation: token, name: name.trim(), password: chosen.password });
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
        {register.isError && !isAboutFields(register.error, ["name", "password"]) && (
          <Notice kind="danger" text={problemText(register.error)} />
        )}
        <TextField
          required
          data-testid="register-name"
          autoComplete="name"
          label={t("auth.name")}
          maxLength={100}
          error={fieldProblem(register.error, "name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <input type="hidden" autoComplete="username" value={email} />
        <TextField
          data-testid="register-password"
          label={t("auth.password")}
          {...chosen.field}
          error={chosen.field.error ?? fieldProblem(register.error, "password")}
        />
        <Button type="submit" size="lg" data-testid="register-submit" busy={register.isPending}>
          {t("auth.joinNow")}
        </Button>
      </form>
    </AuthFrame>
  );
}
