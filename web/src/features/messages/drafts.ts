// What was begun and not sent, per conversation. Survives a reload of the page.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Message } from "@/lib/api/types";

export interface Quote {
  /** Our id. */
  id: string;
  providerId: string | null;
  text: string | null;
  type: string;
  direction: Message["direction"];
}

export interface Draft {
  text: string;
  note: boolean;
  reply: Quote | null;
}

export const NO_DRAFT: Draft = { text: "", note: false, reply: null };
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
          if (!draft.text && !draft.note && !draft.reply) return { drafts: others };
          const kept = Object.entries(others).slice(-(MAX_DRAFTS - 1));
          return { drafts: { ...Object.fromEntries(kept), [id]: draft } };
        });
      },
    }),
    { name: "drafts", version: 1 },
  ),
);

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
