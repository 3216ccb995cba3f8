import { keepPreviousData } from "@tanstack/react-query";
import { SearchX, Text } from "lucide-react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import type { Session, UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { usePaged } from "@/lib/paged-query";
import { HitRow } from "./hit-row";
import { searchQuery } from "./queries";
import { SearchFields } from "./search-fields";
import { useArrows } from "./use-arrows";
import { isFiltered, NO_FILTERS, type Search, useSearch } from "./use-search";

interface SearchPageProps {
  users: UserView[];
  sessions: Session[];
}

/** Finds messages and notes by their words, in all conversations. */
export function SearchPage({ users, sessions }: SearchPageProps) {
  const { t } = useTranslation();
  const [search, change] = useSearch();
  const arrows = useArrows<HTMLDivElement>();
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-8 sm:py-8">
      <h1 className="mb-4 text-2xl font-semibold tracking-tight">{t("search.title")}</h1>
      <SearchFields
        search={search}
        change={change}
        users={users}
        sessions={sessions}
        onDown={arrows.enter}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the links in it are what is used; the keys lead from one to the next. */}
      <div ref={arrows.list} onKeyDown={arrows.onKeyDown} className="mt-4">
        {/[\p{L}\p{N}]/u.test(search.q) ? (
          <Hits search={search} sessions={sessions} onClear={() => change(NO_FILTERS)} />
        ) : (
          <Empty icon={Text} title={t("search.begin")} text={t("search.beginHint")} />
        )}
      </div>
    </div>
  );
}

interface HitsProps {
  search: Search;
  sessions: Session[];
  onClear: () => void;
}

function Hits({ search, sessions, onClear }: HitsProps) {
  const { t } = useTranslation();
  // While somebody goes on typing, what was found last stays until something else is found.
  const list = usePaged({ ...searchQuery(search), placeholderData: keepPreviousData });
  const old = list.isPlaceholderData;
  const filtered = isFiltered(search);
  const numbers = new Map(sessions.length > 1 ? sessions.map(({ id, name }) => [id, name]) : []);
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
      <p role="status" className={cn("mb-2 text-sm text-ink-soft", count === 0 && "sr-only")}>
        {old && t("commandBar.searching")}
        {list.isSuccess &&
          !old &&
          t(list.hasNextPage ? "search.foundMore" : "search.found", { count })}
      </p>
      <PagedList list={list} empty={none}>
        {(hits) => (
          <ul
            aria-label={t("search.results")}
            aria-busy={old}
            className="divide-y overflow-hidden rounded-2xl border bg-panel"
          >
            {hits.map((hit) => (
              <li key={hit.message.id}>
                <HitRow hit={hit} number={numbers.get(hit.message.session_id)} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}
