// Whether a colleague answered the customer while one's own answer stood in the field.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Message } from "@/lib/api/types";
import type { Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { threadQuery } from "../queries";

export interface Overtaken {
  /** Who answered; null when nobody did that one does not know of. */
  by: string | null;
  /** One knows now. */
  accept(): void;
}

/** What others answered since the field was empty last, or since it was accepted. */
export function useOvertaken(conversation: string, isWriting: boolean): Overtaken {
  const me = useLogin((login) => login.user?.id);
  const { data: newest } = useInfiniteQuery({
    ...threadQuery(conversation),
    // The thread beside the field reads it.
    enabled: false,
    select: (thread) => newestOfOthers(thread, me),
  });
  // Undefined: the thread is not there yet. What it begins with is on the screen before anybody writes on.
  const [known, setKnown] = useState<string | null>();
  const id = newest === undefined ? undefined : (newest?.id ?? null);
  if (id !== undefined && id !== known && (known === undefined || !isWriting)) setKnown(id);
  const isNews = isWriting && known !== undefined && newest && newest.id !== known;
  return {
    by: isNews ? (newest.author?.name ?? "") : null,
    accept: () => setKnown(id),
  };
}

/** The latest answer that a colleague wrote; threads are kept newest first. */
function newestOfOthers(thread: Pages<Message>, me: string | undefined): Message | null {
  for (const page of thread.pages) {
    const found = page.data.find(
      ({ direction, author }) =>
        direction === "outbound" && author?.type === "user" && author.id !== me,
    );
    if (found) return found;
  }
  return null;
}
