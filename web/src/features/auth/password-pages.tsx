import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { problemText } from "@/lib/problem-text";
import { AuthFrame } from "./auth-frame";
import { useForgotPassword, useResetPassword } from "./queries";

function ToLogin() {
  const { t } = useTranslation();
  return (
    <Link to="/login" className="text-tide-strong hover:underline">
      {t("auth.toLogin")}
    </Link>
  );
}

/** Asks for a link; the answer does not tell whether the address is known. */
export function ForgotPasswordPage() {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const forgot = useForgotPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    forgot.mutate(email.trim());
  };
  return (
    <AuthFrame title={t("auth.forgotTitle")} hint={t("auth.forgotHint")} footer={<ToLogin />}>
      {forgot.isSuccess ? (
        <Notice kind="info" text={t("auth.forgotSent")} />
      ) : (
        <form onSubmit={submit} className="grid gap-4">
          {forgot.isError && <Notice kind="danger" text={problemText(forgot.error)} />}
          <TextField
            required
            type="email"
            autoComplete="username"
            label={t("auth.email")}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <Button type="submit" size="lg" busy={forgot.isPending}>
            {t("auth.sendLink")}
          </Button>
        </form>
      )}
    </AuthFrame>
  );
}

/** Sets a new password with the link's token. */
export function ResetPasswordPage() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const [password, setPassword] = useState("");
  const reset = useResetPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate({ token, password });
  };
  return (
    <AuthFrame title={t("auth.resetTitle")} footer={<ToLogin />}>
      {reset.isSuccess ? (
        <Notice kind="info" text={t("auth.resetDone")} />
      ) : (
        <form onSubmit={submit} className="grid gap-4">
          {reset.isError && <Notice kind="danger" text={problemText(reset.error)} />}
          <TextField
            required
            type="password"
            autoComplete="new-password"
            label={t("profile.newPassword")}
            hint={t("auth.passwordHint")}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Button type="submit" size="lg" busy={reset.isPending}>
            {t("auth.resetNow")}
          </Button>
        </form>
      )}
    </AuthFrame>
  );
}
