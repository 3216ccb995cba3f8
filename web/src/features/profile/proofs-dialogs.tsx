import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { toastGood } from "@/components/ui/toast";
import { isApiError } from "@/lib/api/client";
import { useForm } from "@/lib/use-form";
import { type Proofs, useDropTwoFactor, useRenewCodes } from "./queries";
import { RecoveryCodesDialog } from "./recovery-codes-dialog";

/** Turns two-factor log-in off. */
export function DropTwoFactorDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const drop = useDropTwoFactor();
  const submit = (proofs: Proofs) =>
    drop.mutate(proofs, {
      onSuccess: () => {
        toastGood(t("twoFactor.isOff"));
        onClose();
      },
    });
  return (
    <ProofsDialog
      title={t("twoFactor.turnOffTitle")}
      description={t("twoFactor.turnOffText")}
      action={t("twoFactor.turnOff")}
      busy={drop.isPending}
      error={drop.error}
      onSubmit={submit}
      onClose={onClose}
    />
  );
}

/** Makes other recovery codes and shows them. */
export function RenewCodesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const renew = useRenewCodes();
  if (renew.data) {
    return <RecoveryCodesDialog codes={renew.data.recovery_codes} onClose={onClose} />;
  }
  return (
    <ProofsDialog
      title={t("twoFactor.renewTitle")}
      description={t("twoFactor.renewText")}
      action={t("twoFactor.renew")}
      busy={renew.isPending}
      error={renew.error}
      onSubmit={renew.mutate}
      onClose={onClose}
    />
  );
}

interface ProofsDialogProps {
  title: string;
  description: string;
  action: string;
  busy: boolean;
  error: unknown;
  onSubmit: (proofs: Proofs) => void;
  onClose: () => void;
}

/** Asks for password and code before something that weakens the account. */
function ProofsDialog({ error, onSubmit, ...rest }: ProofsDialogProps) {
  const { t } = useTranslation();
  const { values, field } = useForm({ password: "", code: "" });
  const wrongPassword = isApiError(error, "invalid_credentials");
  const wrongCode = isApiError(error, "invalid_code");
  return (
    <FormDialog
      {...rest}
      error={wrongPassword || wrongCode ? null : error}
      onSubmit={() => onSubmit({ password: values.password, code: values.code.trim() })}
    >
      <TextField
        required
        type="password"
        autoComplete="current-password"
        label={t("profile.currentPassword")}
        error={wrongPassword ? t("profile.wrongPassword") : undefined}
        {...field("password")}
      />
      <TextField
        required
        dir="ltr"
        autoComplete="one-time-code"
        className="font-mono tracking-widest"
        label={t("auth.code")}
        hint={t("twoFactor.codeOrRecovery")}
        error={wrongCode ? t("auth.wrongCode") : undefined}
        {...field("code")}
      />
    </FormDialog>
  );
}
