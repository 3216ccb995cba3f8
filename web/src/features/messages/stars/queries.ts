import { useMutation } from "@tanstack/react-query";
import { useMemo } from "react";
import { toastProblem } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { Conversation, Message, Starred } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import type { LiveCache } from "@/lib/live-cache";
import { useLiveCache } from "@/lib/live-context";
import { pagedQuery, useWhole } from "@/lib/paged-query";
import type { Pages } from "@/lib/pages";
import type { StarNews } from "@/lib/socket-frames";
import { hasStar, withoutStar, withStar } from "./events";

const PAGE = 50;
/** The topic `me` keeps them true. */
const LIVE = { staleTime: Number.POSITIVE_INFINITY };

/** The starred messages of all conversations, newest star first. */
export const allStarredQuery = {
  ...pagedQuery<Starred>(keys.allStarred, "/starred-messages", { limit: PAGE }),
  ...LIVE,
};

/** Those of one conversation. */
export function starredQuery(conversation: string) {
  const query = { conversation };
  return {
    ...pagedQuery<Starred>(keys.starred(conversation), "/starred-messages", query),
    ...LIVE,
  };
}

/** Which messages of a conversation oneself has starred. */
export function useStarredIds(conversationId: string): ReadonlySet<string> {
  const { data } = useWhole(starredQuery(conversationId));
  return useMemo(() => new Set(data?.map(({ message }) => message.id)), [data]);
}

interface Wish {
  message: Message;
  starred: boolean;
}

/** Stars a message or takes the star away; shown at once, undone if the hub refuses. */
export function useStar() {
  const live = useLiveCache();
  return useMutation({
    mutationFn: ({ message, starred }: Wish) => {
      const path = `/messages/${message.id}/star`;
      return starred ? api.put<void>(path, undefined) : api.delete(path);
    },
    onMutate: ({ message, starred }) => {
      const before = knownStar(live, message.id);
      if (starred) put(live, before ?? newStar(live, message));
      else drop(live, message);
      return { before };
    },
    onError: (error, { message }, context) => {
      if (context?.before) put(live, context.before);
      else drop(live, message);
      toastProblem(error);
    },
    onSuccess: (_, { message, starred }) =>
      takeStar(live, { message_id: message.id, conversation_id: message.conversation_id, starred }),
  });
}

/** What the hub says of a star: also of one that was set on another device. */
export function takeStar(live: LiveCache, star: StarNews): void {
  const { message_id: id, conversation_id: conversation, starred } = star;
  if (!starred) {
    live.apply<Pages<Starred>>(keys.anyStarred, (list) => withoutStar(list, id));
    return;
  }
  for (const queryKey of [keys.allStarred, keys.starred(conversation)]) {
    const list = live.client.getQueryData<Pages<Starred>>(queryKey);
    // The message itself is not told.
    if (!list || !hasStar(list, id)) void live.client.invalidateQueries({ queryKey });
  }
}

function put(live: LiveCache, star: Starred | null): void {
  if (!star) return;
  for (const key of [keys.allStarred, keys.starred(star.message.conversation_id)]) {
    live.apply<Pages<Starred>>(key, (list) => withStar(list, star));
  }
}

function drop(live: LiveCache, { id }: Message): void {
  live.apply<Pages<Starred>>(keys.anyStarred, (list) => withoutStar(list, id));
}

function knownStar(live: LiveCache, id: string): Starred | null {
  return (
    live.client
      .getQueriesData<Pages<Starred>>({ queryKey: keys.anyStarred })
      .flatMap(([, list]) => list?.pages ?? [])
      .flatMap((page) => page.data)
      .find(({ message }) => message.id === id) ?? null
  );
}

/** Null when it is not known whose conversation it is: then the lists ask the hub. */
function newStar(live: LiveCache, message: Message): Starred | null {
  const key = keys.conversation(message.conversation_id);
  const contact = live.client.getQueryData<Conversation>(key)?.contact;
  return contact ? { message, contact, starred_at: new Date().toISOString() } : null;
}
