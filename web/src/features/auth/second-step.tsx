import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { isApiError } from "@/lib/api/client";
import { problemText } from "@/lib/problem-text";
import { AuthFrame } from "./auth-frame";
import { useAnswerChallenge } from "./queries";

/** The password was right; asks for the code of the authenticator app, or for a recovery code. */
export function SecondStep({ challenge, onBack }: { challenge: string; onBack: () => void }) {
  const { t } = useTranslation();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const answer = useAnswerChallenge();
  const wrong = isApiError(answer.error, "invalid_code");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    answer.mutate(
      { challenge, code: code.trim() },
      {
        onError: () => {
          setCode("");
          field.current?.focus();
        },
      },
    );
  };
  const look = recovery
    ? ({
        label: t("auth.recoveryCode"),
        hint: t("auth.recoveryCodeHint"),
        autoComplete: "off",
      } as const)
    : ({
        label: t("auth.code"),
        hint: t("auth.codeHint"),
        autoComplete: "one-time-code",
        inputMode: "numeric",
        maxLength: 7,
      } as const);
  return (
    <AuthFrame
      title={t("auth.secondStep")}
      hint={t("auth.secondStepHint")}
      footer={
        <button type="button" onClick={onBack} className="text-tide-strong hover:underline">
          {t("auth.otherAccount")}
        </button>
      }
    >
      <form onSubmit={submit} className="grid gap-4">
        {answer.isError && !wrong && (
          <Notice kind="danger" text={problemText(answer.error)}>
            {isApiError(answer.error, "challenge_expired") && (
              <button type="button" onClick={onBack} className="mt-1 block font-semibold underline">
                {t("auth.again")}
              </button>
            )}
          </Notice>
        )}
        <TextField
          // A field of its own, so that the password manager looks at it anew.
          key={look.autoComplete}
          ref={field}
          required
          autoFocus
          dir="ltr"
          data-testid="login-code"
          className="font-mono tracking-widest"
          error={wrong ? t("auth.wrongCode") : undefined}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          {...look}
        />
        <Button type="submit" size="lg" data-testid="login-code-submit" busy={answer.isPending}>
          {t("auth.logIn")}
        </Button>
        <button
          type="button"
          onClick={() => {
            setRecovery(!recovery);
            setCode("");
            answer.reset();
          }}
          className="justify-self-start text-sm text-tide-strong hover:underline"
        >
          {recovery ? t("auth.useApp") : t("auth.useRecoveryCode")}
        </button>
      </form>
    </AuthFrame>
  );
}
