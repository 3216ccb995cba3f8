import { ListFilter, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import type { Session } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import type { InboxFilters } from "@/lib/keys";

/** The id of the field to search in. */
export const SEARCH_BOX = "inbox-search";
/** Letters typed faster than this make one search. */
const SETTLE_MS = 250;
const STATUSES: InboxFilters["status"][] = ["open", "pending", "closed", "all"];
const SORTS: InboxFilters["sort"][] = ["newest", "oldest"];

interface FilterBarProps {
  filters: InboxFilters;
  change: (part: Partial<InboxFilters>) => void;
  sessions: Session[];
}

export function FilterBar({ filters, change, sessions }: FilterBarProps) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-2.5 px-3.5 pb-2.5">
      <div className="flex items-center gap-1.5">
        <SearchBox value={filters.q} onChange={(q) => change({ q })} />
        <MoreFilters filters={filters} change={change} sessions={sessions} />
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
              "h-7 flex-1 rounded-md px-2 text-sm transition-colors max-md:h-9",
              filters.status === status
                ? "bg-raised font-medium text-ink shadow-lift"
                : "text-ink-soft hover:text-ink",
            )}
          >
            {t(`inbox.status.${status}`)}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function MoreFilters({ filters, change, sessions }: FilterBarProps) {
  const { t } = useTranslation();
  const changed =
    filters.assignee !== "all" || filters.session !== "all" || filters.sort !== "newest";
  return (
    <Menu
      align="end"
      trigger={<IconButton icon={ListFilter} label={t("inbox.filters")} active={changed} />}
    >
      <MenuLabel>{t("inbox.assignedTo")}</MenuLabel>
      {(["all", "me", "none"] as const).map((assignee) => (
        <MenuItem
          key={assignee}
          checked={filters.assignee === assignee}
          onSelect={() => change({ assignee })}
        >
          {t(`inbox.assignee.${assignee}`)}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuLabel>{t("inbox.sort")}</MenuLabel>
      {SORTS.map((sort) => (
        <MenuItem key={sort} checked={filters.sort === sort} onSelect={() => change({ sort })}>
          {t(`inbox.sorts.${sort}`)}
        </MenuItem>
      ))}
      {sessions.length > 1 && (
        <>
          <MenuLine />
          <MenuLabel>{t("inbox.number")}</MenuLabel>
          <MenuItem checked={filters.session === "all"} onSelect={() => change({ session: "all" })}>
            {t("inbox.allNumbers")}
          </MenuItem>
          {sessions.map((session) => (
            <MenuItem
              key={session.id}
              checked={filters.session === session.id}
              onSelect={() => change({ session: session.id })}
            >
              {session.name}
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  // What was searched for last: its way back here must not undo what was typed meanwhile.
  const asked = useRef(value);
  const ask = useRef(onChange);
  ask.current = onChange;
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === asked.current) return;
    const timer = setTimeout(() => {
      asked.current = text;
      ask.current(text);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
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
