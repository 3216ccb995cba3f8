import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Spinner } from "@/components/ui/states";
import { fieldProblem, isAboutFields, problemText } from "@/lib/problem-text";
import { setupQuery } from "@/lib/setup";
import { useForm } from "@/lib/use-form";
import { AuthFrame } from "./auth-frame";
import { useRegister } from "./queries";
import { useNewPassword } from "./use-new-password";

const EMPTY = { organization: "", name: "", email: "" };
const FIELDS = [...Object.keys(EMPTY), "password"];

/** The first start: makes the organization and its owner. */
export function RegisterPage() {
  const { t } = useTranslation();
  const setup = useQuery(setupQuery);
  const { values, field } = useForm(EMPTY);
  const chosen = useNewPassword();
  const register = useRegister();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!chosen.judge()) return;
    register.mutate({ ...values, email: values.email.trim(), password: chosen.password });
  };
  const input = (name: keyof typeof EMPTY) => ({
    required: true,
    "data-testid": `register-${name}`,
    error: fieldProblem(register.error, name),
    ...field(name),
  });
  if (setup.isPending) return <Spinner className="h-dvh" />;
  if (setup.data && !setup.data.registration_open) return <Navigate to="/login" replace />;
  return (
    <AuthFrame
      title={t("auth.firstStart")}
      hint={t("auth.firstStartHint")}
      footer={
        <Link to="/login" className="text-tide-strong hover:underline">
          {t("auth.haveAccount")}
        </Link>
      }
    >
      <form onSubmit={submit} className="grid gap-4">
        {register.isError && !isAboutFields(register.error, FIELDS) && (
          <Notice kind="danger" text={problemText(register.error)} />
        )}
        <TextField
          autoComplete="organization"
          label={t("auth.organization")}
          maxLength={100}
          {...input("organization")}
        />
        <TextField autoComplete="name" label={t("auth.name")} maxLength={100} {...input("name")} />
        <TextField
          type="email"
          autoComplete="username"
          label={t("auth.email")}
          {...input("email")}
        />
        <TextField
          data-testid="register-password"
          label={t("auth.password")}
          {...chosen.field}
          error={chosen.field.error ?? fieldProblem(register.error, "password")}
        />
        <Button type="submit" size="lg" data-testid="register-submit" busy={register.isPending}>
          {t("auth.register")}
        </Button>
      </form>
    </AuthFrame>
  );
}
