import { useTranslation } from "react-i18next";
import { ScheduledPage } from "@/features/messages/scheduled/scheduled-page";
import { useTitle } from "@/lib/use-title";

/** Messages that wait for their times. */
export function ScheduledRoute() {
  const { t } = useTranslation();
  useTitle(t("later.page"));
  return (
    <main tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
      <ScheduledPage />
    </main>
  );
}
