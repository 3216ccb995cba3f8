// Whether the customer wrote since a message was left on the condition that they do not.

import { useInfiniteQuery } from "@tanstack/react-query";
import type { Conversation, ScheduledMessage } from "@/lib/api/types";
import { itemsOf } from "@/lib/pages";
import { threadQuery } from "../queries";

/** When the customer wrote last, as far as the page knows. */
export function useLastReply({ id, last_message: last, waiting_since }: Conversation): string {
  // What the thread beside it has; nothing is asked for here.
  const { data } = useInfiniteQuery({ ...threadQuery(id), enabled: false });
  const seen = itemsOf(data).filter(({ direction }) => direction === "inbound");
  const times = seen.map(({ created_at }) => created_at);
  if (last?.direction === "inbound") times.push(last.at);
  if (waiting_since) times.push(waiting_since);
  return times.reduce((latest, time) => (time > latest ? time : latest), "");
}

/** When its time comes, the hub will not send it. */
export function isOff({ state, unless_reply, updated_at }: ScheduledMessage, lastReply: string) {
  return state === "waiting" && unless_reply && lastReply > updated_at;
}
