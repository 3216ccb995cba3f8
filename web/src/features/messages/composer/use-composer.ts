import { useCallback } from "react";
import { useDraft, useDrafts } from "../drafts";
import type { SendBody } from "../outbox";
import { useTakeMessage } from "../queries";
import { sendMessage } from "../sending";
import { letters, MAX_TEXT } from "./attachment-kinds";
import { piecesOf } from "./bodies";
import { clearStaged, useStagedFiles } from "./staged";

/** The draft of a conversation and the ways to send something into it. */
export function useComposer(conversationId: string, sessionId: string) {
  const draft = useDraft(conversationId);
  const files = useStagedFiles(conversationId);
  const changeDraft = useDrafts((drafts) => drafts.change);
  const take = useTakeMessage();

  const sendBody = useCallback(
    (body: SendBody, file?: File) =>
      void sendMessage({ conversationId, sessionId, body, ...(file && { file }) }, take),
    [conversationId, sessionId, take],
  );
  const pieces = piecesOf(draft, files);
  const send = () => {
    for (const piece of pieces) sendBody(piece.body, piece.file);
    changeDraft(conversationId, { text: "", reply: null });
    if (!draft.note) clearStaged(conversationId);
  };
  return {
    draft,
    change: (part: Parameters<typeof changeDraft>[1]) => changeDraft(conversationId, part),
    isEmpty: pieces.length === 0,
    canSend: pieces.length > 0 && letters(draft.text.trim()) <= MAX_TEXT,
    send,
    sendBody,
  };
}
