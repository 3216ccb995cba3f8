import { useVirtualizer } from "@tanstack/react-virtual";
import { Inbox, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Empty, LoadProblem, Spinner } from "@/components/ui/states";
import type { Session, Tag } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName } from "@/lib/format";
import type { InboxFilters } from "@/lib/keys";
import { RowCheck } from "./bulk/row-check";
import { useRowSelection } from "./bulk/use-row-selection";
import { ConversationRow } from "./conversation-row";
import { rowsOf } from "./events";
import { SEARCH_BOX } from "./filter-bar";
import { useConversationList } from "./queries";
import { RowUnread } from "./row-unread";
import { EVERYWHERE } from "./use-filters";
import { useListScroll } from "./use-list-scroll";
import { useMarkUnread } from "./use-seen";

/** The height of a row and the gap below it, in CSS pixels. */
const ROW_PX = 76;
/** Rows beyond the view that start the next page. */
const AHEAD = 10;

interface ListProps {
  filters: InboxFilters;
  selected: string | null;
  search: string;
  sessions: Session[];
  tags: ReadonlyMap<string, Tag>;
  /** Where something was begun and not sent. */
  drafted?: ReadonlySet<string>;
  /** Searches without the other filters. */
  onSearchAll?: () => void;
}

export function ConversationList(props: ListProps) {
  const { filters, selected, search, sessions, tags, drafted, onSearchAll } = props;
  const { t } = useTranslation();
  const list = useConversationList(filters);
  const rows = useMemo(() => rowsOf(list.data, filters.sort), [list.data, filters.sort]);
  const scroller = useRef<HTMLDivElement>(null);
  // Another function makes the virtualizer measure all rows anew.
  const keyOf = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: heightOf,
    getItemKey: keyOf,
    overscan: 8,
  });
  const selection = useRowSelection(rows);
  const markUnread = useMarkUnread();
  const onScroll = useListScroll(scroller, JSON.stringify(filters), rows, ROW_PX);
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    // A page that failed waits until somebody asks again: a hub in trouble is not asked without end.
    if (isFetchNextPageError || isFetchingNextPage || !hasNextPage) return;
    if (lastShown >= rows.length - AHEAD) void fetchNextPage();
  }, [
    hasNextPage,
    isFetchingNextPage,
    isFetchNextPageError,
    fetchNextPage,
    lastShown,
    rows.length,
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows what is chosen, not what moves.
  useEffect(() => {
    if (!selected) return;
    const position = rows.findIndex((row) => row.id === selected);
    // On a phone the list is hidden now, and stays where it was.
    if (position >= 0 && scroller.current?.clientHeight) virtual.scrollToIndex(position);
  }, [selected]);

  const searchAll = () => {
    onSearchAll?.();
    // The button goes; go on with the search.
    document.getElementById(SEARCH_BOX)?.focus();
  };
  if (list.isPending) return <Spinner className="py-10" />;
  if (list.isError && rows.length === 0) {
    return <LoadProblem error={list.error} onRetry={() => list.refetch()} />;
  }
  if (rows.length === 0) {
    return filters.q ? (
      <Empty icon={SearchX} title={t("inbox.nothingFound")} text={t("inbox.nothingFoundHint")}>
        {onSearchAll && leavesOut(filters) && (
          <Button look="secondary" size="sm" onClick={searchAll}>
            {t("inbox.searchAll")}
          </Button>
        )}
      </Empty>
    ) : (
      <Empty icon={Inbox} title={t("inbox.emptyTitle")} text={t(emptyHint(filters))} />
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are for the links inside.
    <div
      ref={scroller}
      aria-busy={list.isPlaceholderData}
      className={cn(
        "min-h-0 flex-1 overflow-y-auto contain-strict [overflow-anchor:none]",
        // Still the answer to other filters.
        list.isPlaceholderData && "opacity-60",
      )}
      onKeyDown={(event) => {
        if (selection.takeKey(event)) event.preventDefault();
        else moveFocus(event);
      }}
      {...selection.handlers}
      onScroll={onScroll}
      role="presentation"
    >
      <ul
        aria-label={t("inbox.conversations")}
        className="relative"
        style={{ height: virtual.getTotalSize() }}
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <li
              key={item.key}
              data-row={row.id}
              className="group/row absolute inset-x-0 top-0 contain-strict"
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              <ConversationRow
                row={row}
                selected={row.id === selected}
                search={search}
                number={numberName(sessions, row.session_id, filters)}
                showStatus={filters.status === "all"}
                showAssignee={filters.assignee === "all"}
                showTeam={filters.team === "all"}
                tags={tags}
                // What is being written is seen in the thread.
                drafted={row.id !== selected && drafted?.has(row.id)}
              />
              <RowCheck id={row.id} name={contactName(row.contact)} />
              <RowUnread t={t} row={row} onUnread={markUnread} />
            </li>
          );
        })}
      </ul>
      {isFetchingNextPage && <Spinner />}
      {isFetchNextPageError && !isFetchingNextPage && (
        <LoadProblem error={list.error} onRetry={() => void fetchNextPage()} />
      )}
    </div>
  );
}

function heightOf(): number {
  return ROW_PX;
}

function emptyHint({ status, unseen }: InboxFilters) {
  if (unseen !== "all") return "inbox.emptyUnseen";
  return status === "snoozed" ? "inbox.emptySnoozed" : "inbox.emptyHint";
}

function leavesOut(filters: InboxFilters): boolean {
  return Object.keys(EVERYWHERE).some((name) => filters[name as keyof InboxFilters] !== "all");
}

function numberName(sessions: Session[], id: string, filters: InboxFilters): string | null {
  if (sessions.length < 2 || filters.session !== "all") return null;
  return sessions.find((session) => session.id === id)?.name ?? null;
}

/** The arrow keys walk through the rows. */
function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-id]")].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
