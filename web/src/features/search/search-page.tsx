import { SearchX, Text } from "lucide-react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import type { Session, UserView } from "@/lib/api/types";
import { usePaged } from "@/lib/paged-query";
import { HitRow } from "./hit-row";
import { searchQuery } from "./queries";
import { SearchFields } from "./search-fields";
import { type Search, useSearch } from "./use-search";

const NO_FILTERS = { who: "", type: "", session: "", conversation: "", from: "", to: "" };

interface SearchPageProps {
  users: UserView[];
  sessions: Session[];
}

/** Finds messages and notes by their words, in all conversations. */
export function SearchPage({ users, sessions }: SearchPageProps) {
  const { t } = useTranslation();
  const [search, change] = useSearch();
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-8 sm:py-8">
      <h1 className="mb-4 text-2xl font-semibold tracking-tight">{t("search.title")}</h1>
      <SearchFields search={search} change={change} users={users} sessions={sessions} />
      <div className="mt-5">
        {/[\p{L}\p{N}]/u.test(search.q) ? (
          <Hits search={search} onClear={() => change(NO_FILTERS)} />
        ) : (
          <Empty icon={Text} title={t("search.begin")} text={t("search.beginHint")} />
        )}
      </div>
    </div>
  );
}

function Hits({ search, onClear }: { search: Search; onClear: () => void }) {
  const { t } = useTranslation();
  const list = usePaged(searchQuery(search));
  const filtered = Object.keys(NO_FILTERS).some((name) => search[name as keyof Search] !== "");
  const count = list.data?.length ?? 0;
  const none = (
    <Empty
      icon={SearchX}
      title={t("search.none", { q: search.q })}
      text={t(filtered ? "search.noneFiltered" : "search.noneHint")}
    >
      {filtered && (
        <Button look="secondary" size="sm" onClick={onClear}>
          {t("search.clearFilters")}
        </Button>
      )}
    </Empty>
  );
  return (
    <>
      <p role="status" className="sr-only">
        {list.isSuccess && t(list.hasNextPage ? "search.foundMore" : "search.found", { count })}
      </p>
      <PagedList list={list} empty={none}>
        {(hits) => (
          <ul
            aria-label={t("search.results")}
            className="divide-y overflow-hidden rounded-2xl border bg-panel"
          >
            {hits.map((hit) => (
              <li key={hit.message.id}>
                <HitRow hit={hit} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}
