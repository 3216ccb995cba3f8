import { useCallback, useEffect, useRef } from "react";
import { useMarkRead } from "@/features/conversations/queries";
import { useMentionsOf } from "@/features/mentions/queries";
import { useLookedAt } from "@/features/messages/thread/use-seen";
import type { Conversation } from "@/lib/api/types";

/**
 * Tells the hub that a conversation is read, which also answers the notes in it that call oneself. Those alone need
 * no more than that somebody looks; what the customer wrote must be on the screen, and the thread knows when it is.
 */
export function useReading({ id, unread }: Conversation): () => void {
  const { mutate } = useMarkRead(id);
  const { newest, see, askAgain } = useMentionsOf(id);
  const read = useCallback(() => {
    see();
    mutate(undefined, { onSuccess: askAgain });
  }, [mutate, see, askAgain]);
  const lookedAt = useLookedAt();
  // Once for each: a hub that refuses is not asked for ever.
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!newest || newest === told.current || unread > 0 || !lookedAt) return;
    told.current = newest;
    read();
  }, [newest, unread, lookedAt, read]);
  return read;
}
