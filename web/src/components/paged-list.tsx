import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { LoadProblem, Spinner } from "@/components/ui/states";
import type { Paged } from "@/lib/paged-query";

interface PagedListProps<T> {
  list: Paged<T>;
  /** What stands there instead when there is nothing. */
  empty?: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** A list in all its states: on its way, failed, empty, there, and with more to come. */
export function PagedList<T>({ list, empty, children }: PagedListProps<T>) {
  const items = list.data ?? [];
  if (list.isPending) return <Spinner />;
  if (list.isError && items.length === 0) {
    return <LoadProblem error={list.error} onRetry={() => list.refetch()} />;
  }
  if (items.length === 0) return empty;
  return (
    <>
      {children(items)}
      <More list={list} />
    </>
  );
}

/** The way to the next page. */
function More<T>({ list }: { list: Paged<T> }) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const load = async () => {
    const { hasNextPage } = await list.fetchNextPage();
    // The button is gone with the last page: who pressed it by keyboard, and is nowhere else by now, goes on from here.
    const { activeElement } = document;
    const isHere = activeElement === document.body || end.current?.contains(activeElement);
    if (!hasNextPage && isHere) end.current?.focus();
  };
  return (
    <div ref={end} tabIndex={-1} className="grid place-items-center outline-none">
      {list.isFetchNextPageError && !list.isFetchingNextPage ? (
        <LoadProblem error={list.error} onRetry={() => void load()} />
      ) : (
        list.hasNextPage && (
          <Button
            look="secondary"
            className="mt-4"
            busy={list.isFetchingNextPage}
            onClick={() => void load()}
          >
            {t("common.more")}
          </Button>
        )
      )}
    </div>
  );
}
