// What was begun and not sent, per conversation. Survives a reload of the page; `draft-sync.ts` brings it to the hub.

import { useMemo } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { useShallow } from "zustand/react/shallow";
import type { Message } from "@/lib/api/types";
import type { Person } from "./calls";

export interface Quote {
  /** Our id. */
  id: string;
  providerId: string | null;
  text: string | null;
  /** Empty: nothing but its id is known yet. */
  type: string;
  direction: Message["direction"] | null;
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
/** As many as the hub keeps: those that nobody returns to are dropped, oldest first. */
const MAX_DRAFTS = 200;

interface Drafts {
  drafts: Record<string, Draft>;
  /** What the hub does not have yet as it is here, also what is empty by now. */
  unsaved: Record<string, true>;
  change(conversationId: string, part: Partial<Draft>): void;
}

export const useDrafts = create<Drafts>()(
  persist(
    (set) => ({
      drafts: {},
      unsaved: {},
      change(id, part) {
        set(({ drafts, unsaved }) => {
          const before = drafts[id] ?? NO_DRAFT;
          const names = Object.keys(part) as (keyof Draft)[];
          if (names.every((name) => before[name] === part[name])) return {};
          return {
            drafts: withDraft(drafts, id, { ...before, ...part }),
            unsaved: { ...unsaved, [id]: true },
          };
        });
      },
    }),
    { name: "drafts", version: 3, migrate },
  ),
);

function withDraft(drafts: Record<string, Draft>, id: string, draft: Draft) {
  const { [id]: _, ...others } = drafts;
  if (!draft.text && !draft.noteText && !draft.note && !draft.reply) return others;
  const kept = Object.entries(others).slice(-(MAX_DRAFTS - 1));
  return { ...Object.fromEntries(kept), [id]: draft };
}

/** Until version 3 the hub had none of them. */
function migrate(kept: unknown, version: number) {
  const drafts = version < 2 ? withNotes(kept) : (kept as Pick<Drafts, "drafts">).drafts;
  return { drafts, unsaved: Object.fromEntries(Object.keys(drafts).map((id) => [id, true])) };
}

/** What the hub has, instead of what is here. */
export function replaceDraft(id: string, draft: Draft): void {
  useDrafts.setState(({ drafts }) => ({ drafts: withDraft(drafts, id, draft) }));
}

export function markUnsaved(id: string): void {
  useDrafts.setState(({ unsaved }) => (unsaved[id] ? {} : { unsaved: { ...unsaved, [id]: true } }));
}

export function markSaved(id: string): void {
  useDrafts.setState(({ unsaved: { [id]: _, ...others } }) => ({ unsaved: others }));
}

/** Says what the answered message says, once that is known. */
export function fillQuote(conversationId: string, message: Message): void {
  useDrafts.setState(({ drafts }) => {
    const draft = drafts[conversationId];
    if (draft?.reply?.id !== message.id) return {};
    return { drafts: { ...drafts, [conversationId]: { ...draft, reply: quoteOf(message) } } };
  });
}

export function clearDrafts(): void {
  useDrafts.setState({ drafts: {}, unsaved: {} });
}

/** Whether something stands in it that could be sent. */
export function hasWords({ text, noteText }: Draft): boolean {
  return Boolean(text.trim() || noteText.trim());
}

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

/** Whether nothing is written to the customer at the moment. */
export function isDraftEmpty(conversation: string): boolean {
  return !useDrafts.getState().drafts[conversation]?.text;
}

export function useDraft(conversationId: string): Draft {
  return useDrafts((state) => state.drafts[conversationId]) ?? NO_DRAFT;
}

/** The conversations in which something was begun; another object only when they are others. */
export function useDrafted(): ReadonlySet<string> {
  const ids = useDrafts(
    useShallow(({ drafts }) =>
      Object.keys(drafts)
        .filter((id) => hasWords(drafts[id] ?? NO_DRAFT))
        .sort(),
    ),
  );
  return useMemo(() => new Set(ids), [ids]);
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
