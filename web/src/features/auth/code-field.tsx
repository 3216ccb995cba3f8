import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";

interface CodeFieldProps extends Omit<ComponentProps<typeof TextField>, "label" | "hint"> {
  /** A recovery code is wanted, and not that of the app. */
  recovery: boolean;
}

/** The code of the authenticator app, or a recovery code. */
export function CodeField({ recovery, ...rest }: CodeFieldProps) {
  const { t } = useTranslation();
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
    <TextField
      // A field of its own, so that the password manager looks at it anew.
      key={look.autoComplete}
      dir="ltr"
      data-testid="login-code"
      className="font-mono tracking-widest"
      {...look}
      {...rest}
    />
  );
}

interface CodeKindProps {
  recovery: boolean;
  onChange: (recovery: boolean) => void;
}

/** Changes from one kind of code to the other. */
export function CodeKind({ recovery, onChange }: CodeKindProps) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      onClick={() => onChange(!recovery)}
      className="justify-self-start text-sm text-tide-strong hover:underline"
    >
      {recovery ? t("auth.useApp") : t("auth.useRecoveryCode")}
    </button>
  );
}
