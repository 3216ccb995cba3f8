import {
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toastProblem, toastUndo } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { Conversation, ConversationStatus, Page } from "@/lib/api/types";
import { contactName, soonTime } from "@/lib/format";
import { doneWith } from "@/lib/go-on";
import { type InboxFilters, keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import { pagedQuery } from "@/lib/paged-query";
import { itemsOf, type Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { findRow, putOne, putRow, wantedText } from "./events";
import { bodyOf, type Change, hold, release, statusOf, withGuesses } from "./guesses";
import { noteMove } from "./own-moves";
import { keepSeen } from "./seen";

const PAGE = 50;
/** The rows of the topic `inbox` keep these answers true, on screen or not: no need to ask again. */
const LIVE = { staleTime: Number.POSITIVE_INFINITY };

/** The filters in the hub's words. */
export function listQuery(filters: InboxFilters) {
  return {
    status: filters.status === "all" ? null : filters.status,
    assignee: filters.assignee === "all" ? null : filters.assignee,
    participant: filters.participant === "all" ? null : filters.participant,
    team: filters.team === "all" ? null : filters.team,
    tag: filters.tag === "all" ? null : filters.tag,
    priority: filters.priority === "all" ? null : filters.priority,
    session: filters.session === "all" ? null : filters.session,
    unseen: filters.unseen === "all" ? null : true,
    q: wantedText(filters.q) || null,
    sort: filters.sort === "newest" ? null : filters.sort,
  };
}

export function conversationList(filters: InboxFilters) {
  const query = { ...listQuery(filters), limit: PAGE };
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

/** All conversations with one contact, on whichever number, latest first. */
export function useConversationsOf(contactId: string) {
  return useQuery({
    queryKey: keys.conversationsOf(contactId),
    queryFn: async ({ signal }) => {
      const query = { contact: contactId, limit: PAGE };
      return (await api.get<Page<Conversation>>("/conversations", query, signal)).data;
    },
  });
}

/** The conversation as the page knows it. */
export function knownConversation(client: QueryClient, id: string): Conversation | undefined {
  const open = client.getQueryData(conversationQuery(id).queryKey);
  if (open) return open;
  // Asked for each row that is told: without another array of all of them.
  for (const [, list] of client.getQueriesData<Pages<Conversation>>({
    queryKey: keys.conversationLists,
  })) {
    const row = list && findRow(list, id);
    if (row) return row;
  }
  return undefined;
}

/** Takes a conversation into all that shows it. */
export function usePutConversation(): (row: Conversation) => void {
  const live = useLiveCache();
  return (told) => {
    const row = keepSeen(told, knownConversation(live.client, told.id));
    const me = useLogin.getState().user?.id ?? "";
    live.apply<Pages<Conversation>>(keys.conversationLists, (list, key) =>
      putRow(list, row, key[1] as InboxFilters, me),
    );
    live.apply<Conversation>(keys.conversation(row.id), (known) => putOne(known, row));
  };
}

/** Accepts what was given to oneself; the promise breaks when it is somebody else's by now. */
export function useAccept() {
  const client = useQueryClient();
  const put = usePutConversation();
  return useMutation({
    mutationFn: (id: string) => api.post<Conversation>(`/conversations/${id}/accept`),
    onSuccess: (row) => put(withGuesses(row)),
    onError: (_, id) => client.invalidateQueries({ queryKey: keys.conversation(id) }),
  });
}

/**
 * Changes a conversation: on the page at once, at the hub one change after the other. The promise breaks when the
 * hub refuses; the page has what was before then.
 */
export function useChangeConversation() {
  const client = useQueryClient();
  const put = usePutConversation();
  // Not `useMutation`: the answer and the undo come when the page may be at another conversation.
  return (id: string, change: Change): Promise<Conversation> =>
    client
      .getMutationCache()
      .build(client, {
        scope: { id: `conversation ${id}` },
        networkMode: "always",
        mutationFn: () => api.patch<Conversation>(`/conversations/${id}`, bodyOf(change)),
        onMutate: () => {
          noteMove(id, change);
          const row = knownConversation(client, id);
          if (row) put(hold(row, change));
        },
        onSuccess: (row: Conversation) => {
          const shown = withGuesses(row);
          put(release(id, change) ?? shown);
        },
        onError: () => {
          const row = release(id, change);
          if (row) put(row);
        },
      })
      .execute(undefined);
}

/** Closes, opens or snoozes, says so and offers the way back. */
export function useSetStatus() {
  const { t } = useTranslation();
  const change = useChangeConversation();
  return async (row: Conversation, next: Change & { status: ConversationStatus }) => {
    const name = contactName(row.contact);
    try {
      await change(row.id, next);
    } catch (error) {
      toastProblem(error);
      return;
    }
    if (next.status === row.status && next.status !== "snoozed") return;
    if (next.status === "closed" || next.status === "snoozed") doneWith(row.id);
    const until = next.snoozed_until && soonTime(next.snoozed_until, Date.now());
    const said = next.status === "snoozed" && !until ? "snoozedUntilWrites" : next.status;
    toastUndo(t(`care.done.${said}`, { name, at: until }), () => {
      change(row.id, statusOf(row, Date.now())).catch(toastProblem);
    });
  };
}
