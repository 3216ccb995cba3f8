import { useTranslation } from "react-i18next";
import { StarredPage } from "@/features/messages/stars/starred-page";
import { useTitle } from "@/lib/use-title";

/** Messages that oneself has starred. */
export function StarredRoute() {
  const { t } = useTranslation();
  useTitle(t("star.page"));
  return (
    <main tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
      <StarredPage />
    </main>
  );
}
