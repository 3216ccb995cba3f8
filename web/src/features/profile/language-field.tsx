import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { inputClasses } from "@/components/ui/field";
import { toastBad, toastProblem } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import { cn } from "@/lib/classes";
import { LANGUAGES, type Language } from "@/lib/i18n";
import { type LanguageWish, systemLanguage, useLanguage } from "@/lib/language";

const CODES = Object.keys(LANGUAGES) as Language[];

/** Each language by its own name: whoever looks for theirs may not read the one that is shown. */
export function LanguageField() {
  const { t } = useTranslation();
  const { wish, choose } = useLanguage();
  // So that it is the same on the next device.
  const remember = useMutation({
    mutationFn: (language: LanguageWish) => api.patch("/me", { language }),
    onError: toastProblem,
  });
  return (
    <select
      data-testid="language"
      aria-label={t("profile.language")}
      value={wish}
      onChange={(event) => {
        const next = event.target.value as LanguageWish;
        choose(next).catch(() => toastBad(t("problem.network")));
        remember.mutate(next);
      }}
      className={cn(inputClasses, "h-10 max-w-md")}
    >
      <option value="system">
        {t("profile.systemLanguage", { language: LANGUAGES[systemLanguage()] })}
      </option>
      {CODES.map((code) => (
        <option key={code} value={code} lang={code}>
          {LANGUAGES[code]}
        </option>
      ))}
    </select>
  );
}
