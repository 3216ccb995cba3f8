import { Mail, Search, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { cn } from "@/lib/classes";
import type { InboxFilters } from "@/lib/keys";
import { useSettledText } from "@/lib/use-settled-text";
import { ActiveFilters } from "./active-filters";
import { activeFilters } from "./filter-names";
import { type FilterChoices, MoreFilters } from "./more-filters";

/** The id of the field to search in. */
export const SEARCH_BOX = "inbox-search";
const STATUSES: InboxFilters["status"][] = ["open", "pending", "snoozed", "closed", "all"];

interface FilterBarProps extends FilterChoices {
  filters: InboxFilters;
  change: (part: Partial<InboxFilters>) => void;
}

export function FilterBar(props: FilterBarProps) {
  const { filters, change } = props;
  const { t } = useTranslation();
  return (
    <div className="grid gap-2.5 px-3.5 pb-2.5">
      <div className="flex items-center gap-1.5">
        <SearchBox value={filters.q} onChange={(q) => change({ q })} />
        <IconButton
          icon={Mail}
          label={t("filter.onlyUnseen")}
          active={filters.unseen !== "all"}
          onClick={() => change({ unseen: filters.unseen === "all" ? "true" : "all" })}
        />
        <MoreFilters {...props} />
      </div>
      <fieldset
        aria-label={t("inbox.statusFilter")}
        className="flex gap-0.5 rounded-lg bg-sunken p-0.5"
      >
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={filters.status === status}
            onClick={() => change({ status })}
            className={cn(
              "h-7 flex-auto rounded-md px-1 text-sm whitespace-nowrap transition-colors max-md:h-9",
              filters.status === status
                ? "bg-raised font-medium text-ink shadow-lift"
                : "text-ink-soft hover:text-ink",
            )}
          >
            {t(`inbox.status.${status}`)}
          </button>
        ))}
      </fieldset>
      <ActiveFilters active={activeFilters(filters, props, t)} change={change} />
    </div>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const { text, setText } = useSettledText(value, onChange);
  return (
    <div className="relative flex-1">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-2.5 top-2.5 size-4 text-ink-faint"
      />
      <input
        id={SEARCH_BOX}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setText("");
        }}
        aria-label={t("inbox.search")}
        placeholder={t("inbox.search")}
        className="h-9 w-full rounded-lg border border-line bg-sunken ps-8.5 pe-8 text-base transition-colors focus-visible:border-tide focus-visible:bg-raised focus-visible:outline-offset-0 [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label={t("inbox.clearSearch")}
          onClick={() => setText("")}
          className="absolute end-1.5 top-1.5 grid size-6 place-items-center rounded-md text-ink-faint hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
