import { useTranslation } from "react-i18next";
import { useSessions } from "@/features/numbers/queries";
import { SearchPage } from "@/features/search/search-page";
import { usersQuery } from "@/features/users/queries";
import { useWhole } from "@/lib/paged-query";
import { useTitle } from "@/lib/use-title";

/** Messages by their words. */
export function SearchRoute() {
  const { t } = useTranslation();
  const users = useWhole(usersQuery);
  const sessions = useSessions();
  useTitle(t("search.title"));
  return (
    <main tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
      <SearchPage users={users.data ?? []} sessions={sessions.data ?? []} />
    </main>
  );
}
