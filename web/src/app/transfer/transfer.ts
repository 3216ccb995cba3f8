// Which conversation is about to be handed over, and how that is done.

import { useRef } from "react";
import { create } from "zustand";
import type { Change } from "@/features/conversations/guesses";
import { useChangeConversation } from "@/features/conversations/queries";
import { useTakeMessage } from "@/features/messages/queries";
import { api } from "@/lib/api/client";
import type { Message, TeamBrief, UserBrief } from "@/lib/api/types";

/** The conversation whose dialog is open. */
export const useTransfer = create<{ id: string | null }>(() => ({ id: null }));

export function openTransfer(id: string): void {
  useTransfer.setState({ id });
}

export function closeTransfer(): void {
  useTransfer.setState({ id: null });
}

export type Target = { user: UserBrief } | { team: TeamBrief };

/** The note on the wire: a colleague is called by it. */
export function noteBody(words: string, target: Target) {
  const text =
    "user" in target
      ? { body: `@${target.user.name} ${words}`, mentions: [target.user.id] }
      : { body: words };
  return { type: "note", text };
}

/** A team decides by its own rules who answers: whoever had it lets go of it. */
export function changeOf(target: Target): Change {
  return "user" in target ? { assignee: target.user } : { team: target.team, assignee: null };
}

/** First the note, then the change; what has been written is not written again. */
export function useHandOver(id: string) {
  const change = useChangeConversation();
  const take = useTakeMessage();
  const written = useRef(false);
  const lastTry = useRef({ body: "", key: "" });
  const writeNote = async (words: string, target: Target) => {
    const body = noteBody(words, target);
    const text = JSON.stringify(body);
    // The same note under the same key, as often as it takes; another one is another.
    if (lastTry.current.body !== text) {
      lastTry.current = { body: text, key: crypto.randomUUID() };
    }
    const path = `/conversations/${id}/messages`;
    take(await api.post<Message>(path, body, { idempotencyKey: lastTry.current.key }));
    written.current = true;
  };
  return async (words: string, target: Target, onWritten: () => void) => {
    if (words && !written.current) {
      await writeNote(words, target);
      onWritten();
    }
    await change(id, changeOf(target));
  };
}
