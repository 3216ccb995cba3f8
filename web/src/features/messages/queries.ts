import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
} from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/lib/api/client";
import type { Message, Page, Template } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import type { Pages } from "@/lib/pages";
import { applyMessage } from "./events";

const PAGE = 50;

export function threadQuery(conversationId: string) {
  return infiniteQueryOptions({
    queryKey: keys.messages(conversationId),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Message>>(
        `/conversations/${conversationId}/messages`,
        { limit: PAGE, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor,
    // Live while it is open only: what happened meanwhile must be asked for when it is opened again.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });
}

export function useThread(conversationId: string) {
  return useInfiniteQuery(threadQuery(conversationId));
}

/** Takes a message that the hub answered into its thread. */
export function useTakeMessage(): (message: Message) => void {
  const live = useLiveCache();
  return useCallback(
    (message) => {
      live.apply<Pages<Message>>(keys.messages(message.conversation_id), (thread) =>
        applyMessage(thread, message),
      );
    },
    [live],
  );
}

/** Sends the content of a failed message again, as a new message. */
export function useRetryMessage() {
  const take = useTakeMessage();
  return useMutation({
    mutationFn: (id: string) => api.post<Message>(`/messages/${id}/retry`),
    onSuccess: take,
  });
}

export function templatesQuery(sessionId: string) {
  return queryOptions({
    queryKey: keys.templates(sessionId),
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<Template>>(
        "/templates",
        { session: sessionId, status: "APPROVED", limit: 200 },
        signal,
      );
      return page.data;
    },
    staleTime: 60_000,
  });
}

/** A fresh signed address for a file. */
export function mediaLink(id: string): Promise<{ url: string; expires_at: string }> {
  return api.get(`/media/${id}/link`);
}
