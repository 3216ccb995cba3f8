import { useInfiniteQuery } from "@tanstack/react-query";
import { itemsOf } from "@/lib/pages";
import { conversationList } from "./queries";
import { NO_FILTERS } from "./use-filters";

/** What somebody has to answer, the first ones by last activity: those that are late are among them. */
export function useMine() {
  const list = useInfiniteQuery(
    conversationList({ ...NO_FILTERS, assignee: "me", sort: "oldest" }),
  );
  return { rows: itemsOf(list.data), isKnown: list.isSuccess, hasMore: list.hasNextPage };
}
