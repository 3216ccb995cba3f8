import { useMutation } from "@tanstack/react-query";
import { toastProblem } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { Message } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import { mapItems, type Pages } from "@/lib/pages";

/** Our emoji on a message; an empty one takes it away. */
export function withReaction(message: Message, emoji: string): Message {
  const theirs = message.reactions.filter((reaction) => reaction.by !== "business");
  const ours = emoji ? [{ emoji, by: "business" as const }] : [];
  return { ...message, reactions: [...theirs, ...ours] };
}

/** Puts an emoji on a message or takes it away; shown at once, undone if the hub refuses. */
export function useReact() {
  const live = useLiveCache();
  const show = (target: Message, emoji: string) =>
    live.apply<Pages<Message>>(keys.messages(target.conversation_id), (thread) =>
      mapItems(thread, (known) => (known.id === target.id ? withReaction(known, emoji) : known)),
    );
  const own = (message: Message) =>
    message.reactions.find((reaction) => reaction.by === "business")?.emoji ?? "";
  return useMutation({
    mutationFn: ({ message, emoji }: { message: Message; emoji: string }) =>
      api.post<Message>(
        `/conversations/${message.conversation_id}/messages`,
        { type: "reaction", reaction: { message_id: message.id, emoji } },
        { idempotencyKey: crypto.randomUUID() },
      ),
    onMutate: ({ message, emoji }) => show(message, emoji),
    onError: (error, { message }) => {
      show(message, own(message));
      toastProblem(error);
    },
  });
}
