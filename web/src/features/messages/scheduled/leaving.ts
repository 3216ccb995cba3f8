// Leaves messages at the hub to be sent later. What was typed stays with whoever typed it until the hub has it.

import { create } from "zustand";
import { api } from "@/lib/api/client";
import { isPassing } from "@/lib/api/problem";
import type { ScheduledMessage } from "@/lib/api/types";
import { uploadMedia } from "@/lib/api/upload";
import type { SendBody } from "../outbox";
import { RETRY_AFTER_MS } from "../sending";

/** When something is to be sent. */
export interface Later {
  sendAt: string;
  /** Not if the customer writes before. */
  unlessReply: boolean;
}

/** How a dialog leaves what is made in it. */
export interface LaterWay {
  /** Until when free messages reach the customer. */
  windowExpiresAt: string | null;
  /** Tells whether the hub has it. */
  leave: (body: SendBody, later: Later) => Promise<boolean>;
}

export interface Leaving {
  conversationId: string;
  sessionId: string;
  body: SendBody;
  file?: File;
  later: Later;
}

/** Conversations in which something is being left right now, even if somebody looks elsewhere meanwhile. */
export const useLeaving = create<{ here: string[] }>(() => ({ here: [] }));

/** Files that are at the hub already: another try does not bring them again. */
const brought = new WeakMap<File, { sessionId: string; mediaId: string }>();
/** Under which key something was tried whose end is not known: the same once more is the same message. */
const tried = new Map<string, string>();
/** Hub and provider order messages by their times: what belongs together is a second apart. */
const STEP_MS = 1_000;

/** The time of the piece with that number, of several that are sent one after the other. */
export function stepLater(later: Later, index: number): Later {
  if (index === 0) return later;
  const sendAt = new Date(Date.parse(later.sendAt) + index * STEP_MS).toISOString();
  return { ...later, sendAt };
}

/** Leaves one message; the promise breaks when the hub does not take it. */
export async function leaveMessage(leaving: Leaving): Promise<ScheduledMessage> {
  const { conversationId, body, file, later } = leaving;
  const message = file ? withFile(body, await bring(leaving.sessionId, file)) : body;
  const form = { send_at: later.sendAt, unless_reply: later.unlessReply, message };
  const what = JSON.stringify([conversationId, form]);
  const key = tried.get(what) ?? crypto.randomUUID();
  tried.set(what, key);
  try {
    const left = await post(`/conversations/${conversationId}/scheduled-messages`, form, key);
    tried.delete(what);
    return left;
  } catch (error) {
    // What was refused is not there.
    if (!isPassing(error)) tried.delete(what);
    throw error;
  }
}

async function bring(sessionId: string, file: File): Promise<string> {
  const known = brought.get(file);
  if (known?.sessionId === sessionId) return known.mediaId;
  const { id } = await uploadMedia(sessionId, file, () => undefined);
  brought.set(file, { sessionId, mediaId: id });
  return id;
}

function withFile(body: SendBody, id: string): SendBody {
  return { ...body, [body.type]: { ...(body[body.type] as object), id } };
}

async function post(path: string, form: object, key: string): Promise<ScheduledMessage> {
  for (const wait of RETRY_AFTER_MS) {
    try {
      return await api.post<ScheduledMessage>(path, form, { idempotencyKey: key });
    } catch (error) {
      if (!isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return api.post<ScheduledMessage>(path, form, { idempotencyKey: key });
}
