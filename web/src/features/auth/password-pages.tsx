import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { fieldProblem, isAboutFields, problemText } from "@/lib/problem-text";
import { AuthFrame } from "./auth-frame";
import { useResetPassword } from "./queries";
import { useNewPassword } from "./use-new-password";

function ToLogin() {
  const { t } = useTranslation();
  return (
    <Link to="/login" className="text-tide-strong hover:underline">
      {t("auth.toLogin")}
    </Link>
  );
}

/** Says whom to ask: the hub sends no e-mails. */
export function ForgotPasswordPage() {
  const { t } = useTranslation();
  return (
    <AuthFrame title={t("auth.forgotTitle")} hint={t("auth.forgotHint")} footer={<ToLogin />}>
      <p className="text-sm text-ink-soft">{t("auth.forgotOwner")}</p>
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
