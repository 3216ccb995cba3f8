// Between a draft as it is written here and as the hub keeps it. Pure.

import type { KeptDraft, WriteDraft } from "@/lib/api/types";
import type { Draft, Quote } from "./drafts";

/** More are not called by one note. */
const MAX_MENTIONS = 20;

export function toKept(draft: Draft): WriteDraft {
  const { text, noteText, picked, note, reply } = draft;
  // A colleague who came from the hub has no name here; whoever was picked here is meant while the name stands there.
  const called = picked.filter(({ name }) => !name || noteText.includes(`@${name}`));
  const mentions = [...new Set(called.map(({ id }) => id))].slice(0, MAX_MENTIONS);
  return { text, note_text: noteText, mentions, is_note: note, reply_to: reply?.id ?? null };
}

/** `known`: the draft as it is here, which may know more about the same. */
export function fromKept(kept: KeptDraft, known: Draft): Draft {
  return {
    text: kept.text,
    noteText: kept.note_text,
    picked: kept.mentions.map(
      (id) => known.picked.find((person) => person.id === id) ?? { id, name: "" },
    ),
    note: kept.is_note,
    reply: kept.reply_to === null ? null : quote(kept.reply_to, known.reply),
  };
}

function quote(id: string, known: Quote | null): Quote {
  if (known?.id === id) return known;
  return { id, providerId: null, text: null, type: "", direction: null };
}

/** Whether nothing that is written here would be lost by taking what the hub has. */
export function covers(kept: KeptDraft, draft: Draft): boolean {
  return kept.text.startsWith(draft.text) && kept.note_text.startsWith(draft.noteText);
}
