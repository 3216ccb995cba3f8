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

/** Returns how many found no room. */
export function stageFiles(conversationId: string, files: Iterable<File>, voice = false): number {
  const room = MAX_FILES - (useStaged.getState().files[conversationId] ?? NONE).length;
  const chosen = [...files];
  const added = chosen.slice(0, room).map((file): StagedFile => {
    const kind = attachmentKind(file);
    return {
      id: crypto.randomUUID(),
      file,
      kind,
      tooLarge: isTooLarge(kind, file.size),
      url: URL.createObjectURL(file),
      voice,
    };
  });
  change(conversationId, (before) => [...before, ...added]);
  return chosen.length - added.length;
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
