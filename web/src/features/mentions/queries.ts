import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { MAX_COUNTED } from "@/components/ui/count-mark";
import { api } from "@/lib/api/client";
import type { Mention, Page } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import { pagedQuery } from "@/lib/paged-query";
import type { Pages } from "@/lib/pages";
import { seeIn, seePages } from "./events";

/** All of them, newest first. */
export const mentionsQuery = pagedQuery<Mention>(keys.mentions, "/mentions", { limit: 30 });

const unseenQuery = {
  queryKey: keys.unseenMentions,
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const query = { unseen: true, limit: MAX_COUNTED + 1 };
    return (await api.get<Page<Mention>>("/mentions", query, signal)).data;
  },
  staleTime: Number.POSITIVE_INFINITY,
  // Nobody tells what was seen on another device.
  refetchOnWindowFocus: "always" as const,
};

const NONE: Mention[] = [];

export function useUnseenMentions(): Mention[] {
  return useQuery(unseenQuery).data ?? NONE;
}

/** The unseen ones of a conversation: their newest, what makes them seen here, and what asks the hub again. */
export function useMentionsOf(conversationId: string) {
  const client = useQueryClient();
  const live = useLiveCache();
  const all = useUnseenMentions();
  const ids = useMemo(
    () =>
      all
        .filter(({ message }) => message.conversation_id === conversationId)
        .map(({ message }) => message.id),
    [all, conversationId],
  );
  const see = useCallback(() => {
    if (ids.length === 0) return;
    const at = new Date().toISOString();
    // Only these: one that comes meanwhile was not looked at.
    live.apply<Mention[]>(keys.unseenMentions, (list) => seeIn(list, ids));
    live.apply<Pages<Mention>>(keys.mentions, (pages) => seePages(pages, ids, at));
  }, [live, ids]);
  const askAgain = useCallback(() => {
    if (ids.length > 0) void client.invalidateQueries({ queryKey: keys.anyMentions });
  }, [client, ids]);
  return { newest: ids[0] ?? null, see, askAgain };
}
