import { useCallback, useEffect, useRef } from "react";
import { toSee } from "@/features/conversations/seen";
import { useMarkRead } from "@/features/conversations/use-seen";
import { useMentionsOf } from "@/features/mentions/queries";
import { useLookedAt } from "@/features/messages/thread/use-seen";
import type { Conversation } from "@/lib/api/types";

/**
 * Tells the hub that a conversation is read, which also answers the notes in it that call oneself. Those alone need
 * no more than that somebody looks; what the customer wrote must be on the screen, and the thread knows when it is.
 */
export function useReading(conversation: Conversation): () => void {
  const { id } = conversation;
  const { due } = toSee(conversation);
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
    if (!newest || newest === told.current || due || !lookedAt) return;
    told.current = newest;
    read();
  }, [newest, due, lookedAt, read]);
  return read;
}
