// What was begun and not sent, per conversation. Survives a reload of the page.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Message } from "@/lib/api/types";
import type { Person } from "./calls";

export interface Quote {
  /** Our id. */
  id: string;
  providerId: string | null;
  text: string | null;
  type: string;
  direction: Message["direction"];
}

export interface Draft {
  /** Of the reply. */
  text: string;
  /** Of the note: a field of its own, so that switching never makes one out of the other. */
  noteText: string;
  /** Colleagues who were picked for the note; called as long as their name stands in it. */
  picked: Person[];
  /** The note is what is being written. */
  note: boolean;
  reply: Quote | null;
}

export const NO_DRAFT: Draft = { text: "", noteText: "", picked: [], note: false, reply: null };
/** Drafts of conversations that nobody returns to are dropped, oldest first. */
const MAX_DRAFTS = 100;

interface Drafts {
  drafts: Record<string, Draft>;
  change(conversationId: string, part: Partial<Draft>): void;
}

export const useDrafts = create<Drafts>()(
  persist(
    (set) => ({
      drafts: {},
      change(id, part) {
        set(({ drafts }) => {
          const draft = { ...NO_DRAFT, ...drafts[id], ...part };
          const { [id]: _, ...others } = drafts;
          if (!draft.text && !draft.noteText && !draft.note && !draft.reply)
            return { drafts: others };
          const kept = Object.entries(others).slice(-(MAX_DRAFTS - 1));
          return { drafts: { ...Object.fromEntries(kept), [id]: draft } };
        });
      },
    }),
    { name: "drafts", version: 2, migrate: (kept) => ({ drafts: withNotes(kept) }) },
  ),
);

/** Drafts of version 1 had one field for replies and notes. */
function withNotes(kept: unknown): Record<string, Draft> {
  const { drafts = {} } = kept as { drafts?: Record<string, Partial<Draft>> };
  return Object.fromEntries(
    Object.entries(drafts).map(([id, { text = "", note = false, reply = null }]) => {
      const words = note ? { text: "", noteText: text } : { text };
      return [id, { ...NO_DRAFT, ...words, note, reply }];
    }),
  );
}

export function useDraft(conversationId: string): Draft {
  return useDrafts((state) => state.drafts[conversationId]) ?? NO_DRAFT;
}

export function quoteOf(message: Message): Quote {
  return {
    id: message.id,
    providerId: message.provider_id,
    text: message.text,
    type: message.type,
    direction: message.direction,
  };
}
