import { type FormEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { CopyValue } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Notice } from "@/components/ui/notice";
import { isApiError } from "@/lib/api/client";
import type { TwoFactorSecret } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { useBeginTwoFactor, useConfirmTwoFactor } from "./queries";
import { RecoveryCodesDialog } from "./recovery-codes-dialog";

/** Password, then the secret for the app, then a first code, then the recovery codes. */
export function SetUpTwoFactorDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const begin = useBeginTwoFactor();
  const wrong = isApiError(begin.error, "invalid_credentials");
  if (begin.data) return <ScanDialog secret={begin.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t("twoFactor.setUp")}
      description={t("twoFactor.passwordFirst")}
      action={t("twoFactor.next")}
      actionTestId="two-factor-next"
      busy={begin.isPending}
      error={wrong ? null : begin.error}
      onSubmit={() => begin.mutate(password)}
      onClose={onClose}
    >
      <TextField
        required
        type="password"
        autoComplete="current-password"
        data-testid="two-factor-password"
        label={t("profile.currentPassword")}
        error={wrong ? t("profile.wrongPassword") : undefined}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </FormDialog>
  );
}

function ScanDialog({ secret, onClose }: { secret: TwoFactorSecret; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [code, setCode] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const confirm = useConfirmTwoFactor();
  const wrong = isApiError(confirm.error, "invalid_code");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (confirm.isPending) return;
    confirm.mutate(code.trim(), {
      onError: () => {
        setCode("");
        field.current?.focus();
      },
    });
  };
  if (confirm.data) {
    return <RecoveryCodesDialog codes={confirm.data.recovery_codes} onClose={onClose} />;
  }
  return (
    <Dialog
      title={t("twoFactor.scanTitle")}
      description={t("twoFactor.scanHint")}
      step="scan"
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" form={id} data-testid="two-factor-confirm" busy={confirm.isPending}>
            {t("twoFactor.turnOn")}
          </Button>
        </>
      }
    >
      <form id={id} autoComplete="off" className="grid gap-4" onSubmit={submit}>
        {confirm.isError && !wrong && <Notice kind="danger" text={problemText(confirm.error)} />}
        <img
          src={`data:image/svg+xml,${encodeURIComponent(secret.qr)}`}
          alt={t("twoFactor.qr")}
          className="size-52 justify-self-center rounded-xl bg-white p-1"
        />
        <div className="grid gap-1.5">
          <p className="text-xs text-ink-soft">
            {t("twoFactor.cantScan")}{" "}
            <a href={secret.url} className="text-tide-strong hover:underline">
              {t("twoFactor.openApp")}
            </a>
          </p>
          <CopyValue
            value={secret.secret}
            label={t("common.copyWhat", { what: t("twoFactor.secret") })}
            testId="two-factor-secret"
          />
        </div>
        <TextField
          ref={field}
          required
          dir="ltr"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          data-testid="two-factor-code"
          className="font-mono tracking-widest"
          label={t("auth.code")}
          hint={t("twoFactor.firstCode")}
          error={wrong ? t("auth.wrongCode") : undefined}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
