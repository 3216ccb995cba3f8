import { Link, useLocation } from "react-router";
import type { Message } from "@/lib/api/types";
import { fullTime, rowTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { MessageContent } from "../bubble/message-content";
import { senderOf } from "./sender";

interface FileLineProps {
  message: Message;
  contactName: string;
  onLeave: () => void;
}

/** A document or recording as its bubble has it, with the way to where it was sent. */
export function FileLine({ message, contactName, onLeave }: FileLineProps) {
  const now = useNow();
  // The inbox keeps its filters.
  const { search } = useLocation();
  const { id, conversation_id: conversationId, created_at: at } = message;
  return (
    <li data-testid="file-line" className="grid gap-1 [&_.w-card]:w-full">
      <MessageContent message={message} />
      <Link
        to={{ pathname: `/inbox/${conversationId}`, search, hash: id }}
        onClick={onLeave}
        title={fullTime(at)}
        className="w-fit max-w-full truncate text-xs text-ink-soft underline-offset-2 hover:underline"
      >
        <bdi>{senderOf(message, contactName)}</bdi> · <time dateTime={at}>{rowTime(at, now)}</time>
      </Link>
    </li>
  );
}
