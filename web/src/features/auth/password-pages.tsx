import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Spinner } from "@/components/ui/states";
import { fieldProblem, isAboutFields, problemText } from "@/lib/problem-text";
import { setupQuery } from "@/lib/setup";
import { AuthFrame } from "./auth-frame";
import { useForgotPassword, useResetPassword } from "./queries";
import { useNewPassword } from "./use-new-password";

function ToLogin() {
  const { t } = useTranslation();
  return (
    <Link to="/login" className="text-tide-strong hover:underline">
      {t("auth.toLogin")}
    </Link>
  );
}

/** A way to a new password: by mail where the hub can send it, else from somebody who may give it. */
export function ForgotPasswordPage() {
  const { t } = useTranslation();
  const setup = useQuery(setupQuery);
  if (setup.isPending) {
    return (
      <AuthFrame title={t("auth.forgotTitle")} footer={<ToLogin />}>
        <Spinner />
      </AuthFrame>
    );
  }
  if (setup.data?.mail) return <ForgotByMail />;
  return (
    <AuthFrame title={t("auth.forgotTitle")} hint={t("auth.forgotHint")} footer={<ToLogin />}>
      <p className="text-sm text-ink-soft">{t("auth.forgotOwner")}</p>
    </AuthFrame>
  );
}

function ForgotByMail() {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const forgot = useForgotPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    forgot.mutate(email.trim());
  };
  return (
    <AuthFrame title={t("auth.forgotTitle")} hint={t("auth.forgotMailHint")} footer={<ToLogin />}>
      {forgot.isSuccess ? (
        <Notice kind="info" text={t("auth.forgotMailSent", { email: email.trim() })} />
      ) : (
        <form onSubmit={submit} className="grid gap-4">
          {forgot.isError && !isAboutFields(forgot.error, ["email"]) && (
            <Notice kind="danger" text={problemText(forgot.error)} />
          )}
          <TextField
            required
            type="email"
            autoComplete="username"
            label={t("auth.email")}
            error={fieldProblem(forgot.error, "email")}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <Button type="submit" size="lg" busy={forgot.isPending}>
            {t("auth.forgotMailNow")}
          </Button>
        </form>
      )}
      <p className="mt-6 text-sm text-ink-soft">{t("auth.forgotNoMail")}</p>
    </AuthFrame>
  );
}

/** Sets a new password with the link's token. */
export function ResetPasswordPage() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const chosen = useNewPassword();
  const reset = useResetPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen.judge()) reset.mutate({ token, password: chosen.password });
  };
  return (
    <AuthFrame title={t("auth.resetTitle")} footer={<ToLogin />}>
      {reset.isSuccess ? (
        <Notice kind="info" text={t("auth.resetDone")} />
      ) : (
        <form onSubmit={submit} className="grid gap-4">
          {reset.isError && !isAboutFields(reset.error, ["password"]) && (
            <Notice kind="danger" text={problemText(reset.error)} />
          )}
          <TextField
            label={t("profile.newPassword")}
            {...chosen.field}
            error={chosen.field.error ?? fieldProblem(reset.error, "password")}
          />
          <Button type="submit" size="lg" busy={reset.isPending}>
            {t("auth.resetNow")}
          </Button>
        </form>
      )}
    </AuthFrame>
  );
}
