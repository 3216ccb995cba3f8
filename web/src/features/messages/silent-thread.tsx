import { ReadOnlyContext } from "./read-only";
import { Thread } from "./thread/thread";
import type { ToSee } from "./thread/use-seen";

interface SilentThreadProps {
  conversationId: string;
  contactName: string;
  toSee: ToSee;
  /** It was looked at, which is for oneself alone to know. */
  onSeen: () => void;
}

/** A thread that is only looked at: nobody is told of it, and what is unread stays so for the others. */
export function SilentThread(props: SilentThreadProps) {
  return (
    <ReadOnlyContext value={true}>
      <Thread {...props} />
    </ReadOnlyContext>
  );
}
