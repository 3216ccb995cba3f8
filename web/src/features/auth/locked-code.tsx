import { type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeField, CodeKind } from "./code-field";

interface LockedCodeProps {
  ref: RefObject<HTMLInputElement | null>;
  value: string;
  /** It was sent with the password and did not let in. */
  wrong: boolean;
  onChange: (code: string) => void;
}

/** Lets those in who have a code, though wrong passwords have locked the account. Others leave it empty. */
export function LockedCode({ ref, value, wrong, onChange }: LockedCodeProps) {
  const { t } = useTranslation();
  // Null: as it came. It takes the focus only from those who chose what to fill in.
  const [recovery, setRecovery] = useState<boolean | null>(null);
  return (
    <div className="grid gap-2">
      <CodeField
        ref={ref}
        recovery={recovery ?? false}
        autoFocus={recovery !== null}
        // The hub does not tell which of them it was.
        error={wrong ? t("auth.lockedWrong") : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <CodeKind
        recovery={recovery ?? false}
        onChange={(chosen) => {
          setRecovery(chosen);
          onChange("");
        }}
      />
    </div>
  );
}
