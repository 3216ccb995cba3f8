import { useRef } from "react";
import type { Message } from "@/lib/api/types";
import { firstUnread } from "./layout";

interface UnreadMark {
  /** The first unread message. */
  id: string | null;
  count: number;
}

const NO_MARK: UnreadMark = { id: null, count: 0 };

/**
 * Where the unread part begins. The mark stays while one reads on, and moves when more comes while nobody looks.
 * `fresh`: the messages are the hub's latest, not those of an earlier visit.
 */
export function useUnreadMark(
  messages: Message[],
  unread: number,
  fresh: boolean,
  reading: boolean,
): UnreadMark {
  const atOpening = useRef(unread);
  const opened = useRef(false);
  const mark = useRef(NO_MARK);
  if (fresh && messages.length > 0) {
    const count = opened.current ? unread : Math.max(unread, atOpening.current);
    if (count > 0 && !(opened.current && reading)) {
      const id = firstUnread(messages, count);
      if (id !== mark.current.id || count !== mark.current.count) mark.current = { id, count };
    }
    opened.current = true;
  }
  return mark.current;
}
