import type { InfiniteData } from "@tanstack/react-query";
import type { Page } from "./api/types";

/** A list as it was scrolled so far, page by page. */
export type Pages<T> = InfiniteData<Page<T>, unknown>;

export function itemsOf<T>(pages: Pages<T> | undefined): T[] {
  return pages?.pages.flatMap((page) => page.data) ?? [];
}

/** Whether there is nothing beyond the last page. */
export function isComplete(pages: Pages<unknown>): boolean {
  return !pages.pages[pages.pages.length - 1]?.next_cursor;
}

/** The same list with one page changed. */
export function withPage<T>(pages: Pages<T>, index: number, data: T[]): Pages<T> {
  return {
    ...pages,
    pages: pages.pages.map((page, at) => (at === index ? { ...page, data } : page)),
  };
}

/** The same list with every entry changed. */
export function mapItems<T>(pages: Pages<T>, change: (item: T) => T): Pages<T> {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, data: page.data.map(change) })),
  };
}

/** The same list without what is not wanted. */
export function filterItems<T>(pages: Pages<T>, wanted: (item: T) => boolean): Pages<T> {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, data: page.data.filter(wanted) })),
  };
}

/** Puts `item` into a sorted list: before the first entry that it precedes, else at the very end. */
export function insertSorted<T>(
  pages: Pages<T>,
  item: T,
  precedes: (item: T, other: T) => boolean,
): Pages<T> {
  for (const [index, page] of pages.pages.entries()) {
    const at = page.data.findIndex((other) => precedes(item, other));
    if (at >= 0) return withPage(pages, index, page.data.toSpliced(at, 0, item));
  }
  const last = pages.pages.length - 1;
  return withPage(pages, last, [...(pages.pages[last]?.data ?? []), item]);
}
