import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { Button } from "@/components/ui/button";

/** Something broke while a page was drawn or loaded (a new version was installed, for example). */
export function RouteProblem() {
  const { t } = useTranslation();
  const error = useRouteError();
  console.error(error);
  return (
    <main className="grid h-dvh place-items-center p-6 text-center">
      <div className="grid justify-items-center gap-3">
        <h1 className="text-xl font-semibold">{t("problem.pageTitle")}</h1>
        <p className="max-w-sm text-ink-soft">{t("problem.pageHint")}</p>
        <Button onClick={() => window.location.reload()}>{t("problem.reload")}</Button>
      </div>
    </main>
  );
}
