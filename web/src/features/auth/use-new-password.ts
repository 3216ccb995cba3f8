import { useState } from "react";
import { useTranslation } from "react-i18next";

/** As the hub wants them: its `secret/password.rs`. */
const SHORTEST_LETTERS = 10;
const LONGEST_BYTES = 256;

/** A password that is chosen: its length is judged here, once somebody wants to be done. */
export function useNewPassword() {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [judged, setJudged] = useState(false);
  const isShort = [...password].length < SHORTEST_LETTERS;
  const isLong = new TextEncoder().encode(password).length > LONGEST_BYTES;
  const problem = isShort ? t("auth.passwordShort") : isLong ? t("auth.passwordLong") : undefined;
  return {
    password,
    /** Whether it will do; says at the field when not. */
    judge: () => {
      setJudged(true);
      return problem === undefined;
    },
    field: {
      required: true,
      type: "password",
      autoComplete: "new-password",
      hint: t("auth.passwordHint"),
      error: judged ? problem : undefined,
      value: password,
      onChange: ({ target }: { target: { value: string } }) => setPassword(target.value),
    },
  };
}
