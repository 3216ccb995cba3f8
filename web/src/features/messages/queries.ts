import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/lib/api/client";
import type { CannedResponse, Message, Template } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import { pagedQuery } from "@/lib/paged-query";
import type { Pages } from "@/lib/pages";
import { applyMessage } from "./events";

const PAGE = 50;

export function threadQuery(conversationId: string) {
  const path = `/conversations/${conversationId}/messages`;
  return {
    ...pagedQuery<Message>(keys.messages(conversationId), path, { limit: PAGE }),
    // Live while it is open only: what happened meanwhile must be asked for when it is opened again.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always" as const,
  };
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

/** The templates of a number that can be sent. */
export function templatesQuery(sessionId: string) {
  const query = { session: sessionId, status: "APPROVED" };
  return {
    ...pagedQuery<Template>(keys.templates(sessionId), "/templates", query),
    staleTime: 60_000,
  };
}

/** What can be written by its shortcut: everybody's texts and one's own. The topic `directory` keeps it true. */
export const cannedQuery = {
  ...pagedQuery<CannedResponse>(keys.cannedResponses, "/canned-responses"),
  staleTime: Number.POSITIVE_INFINITY,
};

/** A fresh signed address for a file. */
export function mediaLink(id: string): Promise<{ url: string; expires_at: string }> {
  return api.get(`/media/${id}/link`);
}
