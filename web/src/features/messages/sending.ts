// Brings parcels to the hub: uploads, posts, tries again when it is safe. The idempotency key makes a
// repeated post harmless, so a lost answer is simply asked for again.

import { api } from "@/lib/api/client";
import { isPassing } from "@/lib/api/problem";
import type { Message } from "@/lib/api/types";
import { uploadMedia } from "@/lib/api/upload";
import { problemText } from "@/lib/problem-text";
import {
  addParcel,
  changeParcel,
  dropParcel,
  findParcel,
  type Parcel,
  type SendBody,
  useOutbox,
} from "./outbox";

/** Waits before the second and third try. */
export const RETRY_AFTER_MS = [800, 2_500];

export interface Outgoing {
  conversationId: string;
  sessionId: string;
  body: SendBody;
  file?: File;
}

type Take = (message: Message) => void;

// One line per conversation: what is typed first must arrive first.
const lines = new Map<string, Promise<void>>();

/** Puts a message into the outbox (its bubble appears at once) and sends it. */
export function sendMessage(outgoing: Outgoing, take: Take): Promise<void> {
  const { file = null, ...rest } = outgoing;
  const parcel: Parcel = {
    ...rest,
    key: crypto.randomUUID(),
    file,
    fileUrl: file ? URL.createObjectURL(file) : null,
    createdAt: new Date().toISOString(),
    state: file ? "uploading" : "sending",
    progress: 0,
    problem: null,
    passing: false,
  };
  addParcel(parcel);
  return deliver(parcel.key, take);
}

/** Sends a parcel that failed once more, under the same key. */
export function resend(key: string, take: Take): Promise<void> {
  const parcel = findParcel(key);
  if (parcel?.state !== "failed") return Promise.resolve();
  changeParcel(key, { state: parcel.file ? "uploading" : "sending", problem: null });
  return deliver(key, take);
}

/** Sends again what failed for reasons that have passed. */
export function resendPassing(take: Take): void {
  for (const parcel of useOutbox.getState().parcels) {
    if (parcel.state === "failed" && parcel.passing) void resend(parcel.key, take);
  }
}

async function deliver(key: string, take: Take): Promise<void> {
  try {
    await upload(key);
  } catch (error) {
    return fail(key, error);
  }
  const conversationId = findParcel(key)?.conversationId;
  if (!conversationId) return;
  const before = lines.get(conversationId) ?? Promise.resolve();
  const mine = before.then(() => post(key, take));
  lines.set(conversationId, mine);
  await mine;
  if (lines.get(conversationId) === mine) lines.delete(conversationId);
}

async function upload(key: string): Promise<void> {
  const parcel = findParcel(key);
  if (!parcel?.file) return;
  const media = await uploadMedia(parcel.sessionId, parcel.file, (progress) =>
    changeParcel(key, { progress }),
  );
  const { type } = parcel.body;
  const object = { ...(parcel.body[type] as object), id: media.id };
  changeParcel(key, { file: null, state: "sending", body: { ...parcel.body, [type]: object } });
}

async function post(key: string, take: Take): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const parcel = findParcel(key);
    if (!parcel) return;
    try {
      const message = await api.post<Message>(
        `/conversations/${parcel.conversationId}/messages`,
        parcel.body,
        { idempotencyKey: key },
      );
      take(message);
      dropParcel(key);
      return;
    } catch (error) {
      const wait = RETRY_AFTER_MS[attempt];
      if (wait === undefined || !isPassing(error)) return fail(key, error);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function fail(key: string, error: unknown): void {
  changeParcel(key, { state: "failed", problem: problemText(error), passing: isPassing(error) });
}
