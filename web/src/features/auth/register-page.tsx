import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Spinner } from "@/components/ui/states";
import { problemText } from "@/lib/problem-text";
import { useForm } from "@/lib/use-form";
import { AuthFrame } from "./auth-frame";
import { setupQuery, useRegister } from "./queries";

const EMPTY = { organization: "", name: "", email: "", password: "" };

/** The first start: makes the organization and its owner. */
export function RegisterPage() {
  const { t } = useTranslation();
  const setup = useQuery(setupQuery);
  const { values, field } = useForm(EMPTY);
  const register = useRegister();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate({ ...values, email: values.email.trim() });
  };
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
        {register.isError && <Notice kind="danger" text={problemText(register.error)} />}
        <TextField
          required
          data-testid="register-organization"
          autoComplete="organization"
          label={t("auth.organization")}
          maxLength={120}
          {...field("organization")}
        />
        <TextField
          required
          data-testid="register-name"
          autoComplete="name"
          label={t("auth.name")}
          maxLength={120}
          {...field("name")}
        />
        <TextField
          required
          type="email"
          data-testid="register-email"
          autoComplete="username"
          label={t("auth.email")}
          {...field("email")}
        />
        <TextField
          required
          type="password"
          data-testid="register-password"
          autoComplete="new-password"
          label={t("auth.password")}
          hint={t("auth.passwordHint")}
          {...field("password")}
        />
        <Button type="submit" size="lg" data-testid="register-submit" busy={register.isPending}>
          {t("auth.register")}
        </Button>
      </form>
    </AuthFrame>
  );
}
