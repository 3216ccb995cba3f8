import { useCallback, useRef } from "react";
import { api } from "@/lib/api/client";

/** WhatsApp shows "typing" for 25 seconds: no need to say it more often than this. */
export const TYPING_EVERY_MS = 20_000;

/** Tells the customer that an answer is being written. */
export function useTyping(conversationId: string): () => void {
  const last = useRef(0);
  return useCallback(() => {
    const now = Date.now();
    if (now - last.current < TYPING_EVERY_MS) return;
    last.current = now;
    // Only a courtesy: nobody needs to know when it did not work.
    api.post(`/conversations/${conversationId}/typing`).catch(() => undefined);
  }, [conversationId]);
}
