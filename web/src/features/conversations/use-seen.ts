import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { toastGood, toastProblem } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { Conversation, Seen } from "@/lib/api/types";
import { type InboxFilters, keys } from "@/lib/keys";
import type { LiveCache } from "@/lib/live-cache";
import { useLiveCache } from "@/lib/live-context";
import { mapItems, type Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { remark } from "./events";
import { knownConversation } from "./queries";
import { markRead, markSeen, markUnread, seenAs } from "./seen";

/** Shows another mark of a conversation wherever it is shown. */
function showMark(live: LiveCache, id: string, mark: (row: Conversation) => Conversation): void {
  const row = knownConversation(live.client, id);
  if (!row) return;
  const me = useLogin.getState().user?.id ?? "";
  live.apply<Pages<Conversation>>(keys.conversationLists, (list, key) =>
    remark(list, row, mark, key[1] as InboxFilters, me),
  );
  live.apply<Conversation>(keys.conversation(id), mark);
  live.apply<Pages<Conversation>>(keys.anyLine, (line) =>
    mapItems(line, (one) => (one.id === id ? mark(one) : one)),
  );
}

/** What the hub says of it: the answer to a change, or what one did on another device. */
export function takeSeen(live: LiveCache, seen: Seen): void {
  if (seen.unread && !knownConversation(live.client, seen.conversation_id)) {
    // A conversation that no list here has: those of what is unread have to ask for it.
    void live.client.invalidateQueries({
      queryKey: keys.conversationLists,
      predicate: ({ queryKey }) => (queryKey[1] as InboxFilters).unseen !== "all",
    });
    return;
  }
  showMark(live, seen.conversation_id, seenAs(seen));
}

/** Tells the hub that the conversation was looked at, for all and to the contact; the badge goes at once. */
export function useMarkRead(id: string) {
  const live = useLiveCache();
  return useMutation({
    mutationFn: () => api.post<void>(`/conversations/${id}/read`),
    onMutate: () => showMark(live, id, markRead),
  });
}

/** Who reads silently has seen it: the contact hears nothing of it, and for the others it stays as it is. */
export function useMarkSeen(id: string) {
  const live = useLiveCache();
  return useMutation({
    mutationFn: () => api.put<Seen>(`/conversations/${id}/seen`, { unread: false }),
    onMutate: () => showMark(live, id, markSeen),
    onSuccess: (seen) => takeSeen(live, seen),
  });
}

/** Marks a conversation unread for oneself: it is to be looked at again. Whoever has it open leaves it. */
export function useMarkUnread(): (id: string) => void {
  const { t } = useTranslation();
  const live = useLiveCache();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const { mutate } = useMutation({
    mutationFn: (id: string) => api.put<Seen>(`/conversations/${id}/seen`, { unread: true }),
    onMutate: (id) => {
      const before = knownConversation(live.client, id)?.seen;
      showMark(live, id, markUnread);
      return { before };
    },
    onSuccess: (seen) => {
      takeSeen(live, seen);
      toastGood(t("conversation.markedUnread"));
    },
    onError: (error, id, context) => {
      showMark(live, id, (row) => ({ ...row, seen: context?.before }));
      toastProblem(error);
    },
  });
  return (id) => {
    if (pathname === `/inbox/${id}`) void navigate({ pathname: "/inbox", search });
    mutate(id);
  };
}
