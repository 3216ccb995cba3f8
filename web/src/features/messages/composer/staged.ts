// Files that are chosen and not sent, per conversation.

import { create } from "zustand";
import { type AttachmentKind, attachmentKind, isTooLarge } from "./attachment-kinds";

export interface StagedFile {
  id: string;
  file: File;
  kind: AttachmentKind;
  tooLarge: boolean;
  url: string;
  voice: boolean;
}

/** As many as one sends at once without losing sight. */
export const MAX_FILES = 10;

interface Staged {
  files: Record<string, StagedFile[]>;
}

export const useStaged = create<Staged>(() => ({ files: {} }));

const NONE: StagedFile[] = [];

export function useStagedFiles(conversationId: string): StagedFile[] {
  return useStaged((state) => state.files[conversationId]) ?? NONE;
}

/** Says how many found no room, and which are of a type that WhatsApp does not take. */
export function stageFiles(conversationId: string, files: Iterable<File>, voice = false) {
  const room = MAX_FILES - (useStaged.getState().files[conversationId] ?? NONE).length;
  const added: StagedFile[] = [];
  const refused: File[] = [];
  let tooMany = 0;
  for (const file of files) {
    const kind = attachmentKind(file);
    if (!kind) refused.push(file);
    else if (added.length >= room) tooMany += 1;
    else added.push(staged(file, kind, voice));
  }
  change(conversationId, (before) => [...before, ...added]);
  return { tooMany, refused };
}

function staged(file: File, kind: AttachmentKind, voice: boolean): StagedFile {
  return {
    id: crypto.randomUUID(),
    file,
    kind,
    tooLarge: isTooLarge(kind, file.size),
    url: URL.createObjectURL(file),
    voice,
  };
}

export function unstageFile(conversationId: string, id: string): void {
  change(conversationId, (before) => before.filter((staged) => staged.id !== id));
}

export function clearStaged(conversationId: string): void {
  change(conversationId, () => NONE);
}

function change(conversationId: string, edit: (files: StagedFile[]) => StagedFile[]): void {
  useStaged.setState(({ files }) => {
    const before = files[conversationId] ?? NONE;
    const after = edit(before);
    for (const staged of before) if (!after.includes(staged)) URL.revokeObjectURL(staged.url);
    return { files: { ...files, [conversationId]: after } };
  });
}
