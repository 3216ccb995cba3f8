import { useCallback, useEffect, useMemo } from "react";
import { api } from "@/lib/api/client";
import type { Message } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { calledBy } from "../calls";
import { useColleagues } from "../colleagues";
import { draftSync } from "../draft-sync";
import { type Draft, fillQuote, NO_DRAFT, type Quote, useDraft, useDrafts } from "../drafts";
import type { SendBody } from "../outbox";
import { bodyText } from "../preview";
import { useTakeMessage } from "../queries";
import type { Later } from "../scheduled/leaving";
import { useLeave } from "../scheduled/use-leave";
import { sendMessage } from "../sending";
import { letters, MAX_TEXT } from "./attachment-kinds";
import { type Piece, piecesOf } from "./bodies";
import { clearStaged, type StagedFile, unstageFile, useStagedFiles } from "./staged";

/** The draft of a conversation and the ways to send something into it. */
export function useComposer(conversationId: string, sessionId: string) {
  const draft = useDraft(conversationId);
  useKeptQuote(conversationId, draft.reply);
  useEffect(() => () => void draftSync.flush(conversationId), [conversationId]);
  const files = useStagedFiles(conversationId);
  const changeDraft = useDrafts((drafts) => drafts.change);
  const take = useTakeMessage();

  const sendBody = useCallback(
    (body: SendBody, file?: File) =>
      sendMessage({ conversationId, sessionId, body, ...(file && { file }) }, take),
    [conversationId, sessionId, take],
  );
  const callable = useCallable();
  const text = draft.note ? draft.noteText : draft.text;
  const change = (part: Partial<Draft>) => changeDraft(conversationId, part);
  const pieces = piecesOf(draft, files, callable);
  /** Is over when the hub has all of it, or could not be brought to take it. */
  const send = async () => {
    const sent = pieces.map((piece) => sendBody(piece.body, piece.file));
    change(draft.note ? { noteText: "", picked: [] } : { text: "", reply: null });
    if (!draft.note) clearStaged(conversationId);
    await Promise.all(sent);
  };
  const { leave, leaving } = useLeave(conversationId, sessionId);
  return {
    draft,
    change,
    text,
    write: (text: string) => change(draft.note ? { noteText: text } : { text }),
    callable,
    called: draft.note ? calledBy(text, draft.picked, callable) : [],
    isEmpty: pieces.length === 0,
    canSend: pieces.length > 0 && letters(text.trim()) <= MAX_TEXT && !leaving,
    send,
    sendBody: (body: SendBody) => void sendBody(body),
    /** Leaves what is written to be sent later: what the hub has is no draft any more. */
    leave: (later: Later) => leave(pieces, later, (piece) => forget(conversationId, piece, files)),
    leaveBody: (body: SendBody, later: Later) => leave([{ body }], later),
    leaving,
  };
}

/** Takes a piece out of the draft; what was typed meanwhile stays. */
function forget(conversationId: string, { body, file }: Piece, files: StagedFile[]): void {
  const staged = file && files.find((one) => one.file === file);
  if (staged) unstageFile(conversationId, staged.id);
  const { change, drafts } = useDrafts.getState();
  const { text } = drafts[conversationId] ?? NO_DRAFT;
  const isSaid = text.trim() === bodyText(body);
  change(conversationId, { reply: null, ...(isSaid && { text: "" }) });
}

/** The colleagues who can be called: all who work here, but oneself. */
function useCallable() {
  const colleagues = useColleagues();
  const me = useLogin((login) => login.user?.id);
  return useMemo(
    () => colleagues.filter(({ id, disabled }) => id !== me && !disabled),
    [colleagues, me],
  );
}

/** What the answered message says, when the answer was begun on another device. */
function useKeptQuote(conversationId: string, quote: Quote | null): void {
  const unknown = quote && !quote.type ? quote.id : null;
  useEffect(() => {
    if (!unknown) return;
    const shown = api.get<Message>(`/messages/${unknown}`);
    // Without it the answer still knows what it answers.
    shown.then((message) => fillQuote(conversationId, message)).catch(() => undefined);
  }, [conversationId, unknown]);
}
