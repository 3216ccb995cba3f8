import { ReadOnlyContext } from "./read-only";
import { Thread } from "./thread/thread";

interface SilentThreadProps {
  conversationId: string;
  contactName: string;
  unread: number;
}

/** A thread that is only looked at: nobody is told of it, and what is unread stays so. */
export function SilentThread(props: SilentThreadProps) {
  return (
    <ReadOnlyContext value={true}>
      <Thread {...props} onSeen={leaveUnread} />
    </ReadOnlyContext>
  );
}

function leaveUnread(): void {}
