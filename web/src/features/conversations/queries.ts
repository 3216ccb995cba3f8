import {
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Conversation, ConversationStatus } from "@/lib/api/types";
import { type InboxFilters, keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import { pagedQuery } from "@/lib/paged-query";
import { itemsOf, mapItems, type Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { applyRow, applyToOne, markRead, wantedText } from "./events";

const PAGE = 50;
/** The rows of the topic `inbox` keep these answers true, on screen or not: no need to ask again. */
const LIVE = { staleTime: Number.POSITIVE_INFINITY };

export function conversationList(filters: InboxFilters) {
  const query = {
    status: filters.status === "all" ? null : filters.status,
    assignee: filters.assignee === "all" ? null : filters.assignee,
    session: filters.session === "all" ? null : filters.session,
    q: wantedText(filters.q) || null,
    sort: filters.sort === "newest" ? null : filters.sort,
    limit: PAGE,
  };
  return {
    ...pagedQuery<Conversation>(keys.conversations(filters), "/conversations", query),
    ...LIVE,
  };
}

export function useConversationList(filters: InboxFilters) {
  return useInfiniteQuery({ ...conversationList(filters), placeholderData: (before) => before });
}

export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => api.get<Conversation>(`/conversations/${id}`, undefined, signal),
    ...LIVE,
  });
}

/** A conversation; until the hub has answered, as a list shows it. */
export function useConversation(id: string) {
  const client = useQueryClient();
  return useQuery({
    ...conversationQuery(id),
    placeholderData: () =>
      client
        .getQueriesData<Pages<Conversation>>({ queryKey: keys.conversationLists })
        .flatMap(([, list]) => itemsOf(list))
        .find((row) => row.id === id),
  });
}

/** Takes a conversation that the hub answered into every place that shows it. */
export function useTakeConversation() {
  const live = useLiveCache();
  const me = useLogin((login) => login.user?.id ?? "");
  return (row: Conversation) => {
    live.apply<Pages<Conversation>>(keys.conversationLists, (list, key) =>
      applyRow(list, row, key[1] as InboxFilters, me),
    );
    live.apply<Conversation>(keys.conversation(row.id), (known) => applyToOne(known, row));
  };
}

export interface ConversationPatch {
  status?: ConversationStatus;
  assignee_id?: string | null;
}

export function useChangeConversation(id: string) {
  const take = useTakeConversation();
  return useMutation({
    mutationFn: (patch: ConversationPatch) =>
      api.patch<Conversation>(`/conversations/${id}`, patch),
    onSuccess: take,
  });
}

/** Tells the hub that the conversation was looked at; the badge goes at once. */
export function useMarkRead(id: string) {
  const client = useQueryClient();
  const live = useLiveCache();
  return useMutation({
    mutationFn: () => api.post<void>(`/conversations/${id}/read`),
    onMutate: () => {
      live.apply<Pages<Conversation>>(keys.conversationLists, (list) =>
        mapItems(list, (row) => (row.id === id ? markRead(row) : row)),
      );
      client.setQueryData(conversationQuery(id).queryKey, (row) => row && markRead(row));
    },
  });
}
