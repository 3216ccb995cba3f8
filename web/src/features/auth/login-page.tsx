import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { problemText } from "@/lib/problem-text";
import { setupQuery } from "@/lib/setup";
import { AuthFrame } from "./auth-frame";
import { useLogIn } from "./queries";
import { SecondStep } from "./second-step";

export function LoginPage() {
  const { t } = useTranslation();
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const logIn = useLogIn();
  const demo = setup.data?.demo;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    logIn.mutate({ email: email.trim(), password });
  };
  const half = logIn.data && "challenge" in logIn.data ? logIn.data : null;
  const again = () => {
    logIn.reset();
    setPassword("");
  };
  if (half) return <SecondStep challenge={half.challenge} onBack={again} />;
  if (setup.data?.registration_open) return <Navigate to="/register" replace />;
  return (
    <AuthFrame
      title={t("auth.welcome")}
      hint={t("auth.welcomeHint")}
      footer={
        <Link to="/forgot-password" className="text-tide-strong hover:underline">
          {t("auth.forgot")}
        </Link>
      }
    >
      <form onSubmit={submit} className="grid gap-4">
        {logIn.isError && <Notice kind="danger" text={problemText(logIn.error)} />}
        {demo && (
          <Notice kind="info" text={t("auth.demo", { email: demo.email, password: demo.password })}>
            <button
              type="button"
              data-testid="demo-login"
              onClick={() => logIn.mutate(demo)}
              className="mt-1 block font-semibold text-tide-strong hover:underline"
            >
              {t("auth.useDemo")}
            </button>
          </Notice>
        )}
        <TextField
          required
          type="email"
          autoComplete="username"
          data-testid="login-email"
          label={t("auth.email")}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          required
          type="password"
          autoComplete="current-password"
          data-testid="login-password"
          label={t("auth.password")}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" size="lg" data-testid="login-submit" busy={logIn.isPending}>
          {t("auth.logIn")}
        </Button>
      </form>
    </AuthFrame>
  );
}
