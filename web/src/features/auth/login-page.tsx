import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { isApiError } from "@/lib/api/client";
import { problemText } from "@/lib/problem-text";
import { setupQuery } from "@/lib/setup";
import { AuthFrame } from "./auth-frame";
import { LockedCode } from "./locked-code";
import { useLogIn } from "./queries";
import { SecondStep } from "./second-step";

export function LoginPage() {
  const { t } = useTranslation();
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  // Too many wrong passwords for the e-mail that stands in the form.
  const [locked, setLocked] = useState(false);
  const [wrong, setWrong] = useState(false);
  const codeField = useRef<HTMLInputElement>(null);
  const logIn = useLogIn();
  const demo = setup.data?.demo;
  const writeCode = (text: string) => {
    setCode(text);
    setWrong(false);
  };
  const unlock = () => {
    setLocked(false);
    writeCode("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(false);
    const given = code.trim();
    logIn.mutate(
      { email: email.trim(), password, ...(given && { code: given }) },
      {
        onError: (error) => {
          if (!isApiError(error, "too_many_attempts")) return;
          setLocked(true);
          if (!given) return;
          setCode("");
          setWrong(true);
          codeField.current?.focus();
        },
      },
    );
  };
  const half = logIn.data && "challenge" in logIn.data ? logIn.data : null;
  const again = () => {
    logIn.reset();
    setPassword("");
    unlock();
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
        {logIn.isError && (
          <Notice kind="danger" text={problemText(logIn.error)}>
            {locked && isApiError(logIn.error, "too_many_attempts") && (
              <p className="mt-1 text-ink">{t("auth.lockedOffer")}</p>
            )}
          </Notice>
        )}
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
          onChange={(event) => {
            setEmail(event.target.value);
            unlock();
          }}
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
        {locked && <LockedCode ref={codeField} value={code} wrong={wrong} onChange={writeCode} />}
        <Button type="submit" size="lg" data-testid="login-submit" busy={logIn.isPending}>
          {t("auth.logIn")}
        </Button>
      </form>
    </AuthFrame>
  );
}
