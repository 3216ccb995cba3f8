// What a composer's content becomes on the wire.

import { calledBy, type Person } from "../calls";
import type { Draft } from "../drafts";
import type { SendBody } from "../outbox";
import { letters, MAX_CAPTION, takesCaption } from "./attachment-kinds";
import type { StagedFile } from "./staged";

export interface Piece {
  body: SendBody;
  file?: File;
}

/** The messages that a draft and its files become, in the order in which they are to be sent. */
export function piecesOf(draft: Draft, files: StagedFile[], colleagues: Person[] = []): Piece[] {
  if (draft.note) return notesOf(draft, colleagues);
  const words = draft.text.trim();
  const context = draft.reply && { message_id: draft.reply.providerId ?? draft.reply.id };
  const sendable = files.filter((staged) => !staged.tooLarge);
  const first = sendable[0];
  const captioned = Boolean(
    first && words && letters(words) <= MAX_CAPTION && takesCaption(first.kind),
  );
  const pieces: Piece[] = sendable.map((staged, index) => ({
    body: fileBody(staged, index === 0 && captioned ? words : null),
    file: staged.file,
  }));
  if (words && !captioned) {
    const text = { body: words, ...(/https?:\/\//i.test(words) && { preview_url: true }) };
    pieces.push({ body: { type: "text", text } });
  }
  const opening = pieces[0];
  if (opening && context) opening.body = { ...opening.body, context };
  return pieces;
}

function notesOf({ noteText, picked }: Draft, colleagues: Person[]): Piece[] {
  const words = noteText.trim();
  if (!words) return [];
  const mentions = calledBy(words, picked, colleagues).map(({ id }) => id);
  const text = { body: words, ...(mentions.length > 0 && { mentions }) };
  return [{ body: { type: "note", text } }];
}

function fileBody({ kind, file, voice }: StagedFile, caption: string | null): SendBody {
  const object = {
    ...(caption && { caption }),
    ...(kind === "document" && { filename: file.name }),
    ...(kind === "audio" && voice && { voice: true }),
  };
  return { type: kind, [kind]: object };
}
