import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { isApiError } from "@/lib/api/client";
import { problemText } from "@/lib/problem-text";
import { AuthFrame } from "./auth-frame";
import { CodeField, CodeKind } from "./code-field";
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
        <CodeField
          ref={field}
          required
          autoFocus
          recovery={recovery}
          error={wrong ? t("auth.wrongCode") : undefined}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <Button type="submit" size="lg" data-testid="login-code-submit" busy={answer.isPending}>
          {t("auth.logIn")}
        </Button>
        <CodeKind
          recovery={recovery}
          onChange={(chosen) => {
            setRecovery(chosen);
            setCode("");
            answer.reset();
          }}
        />
      </form>
    </AuthFrame>
  );
}
