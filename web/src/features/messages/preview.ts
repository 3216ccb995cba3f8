// Messages that are not at the hub yet, in the hub's shape, so that one set of bubbles shows both.

import type { Media, Message } from "@/lib/api/types";
import { fields, readInteractive, text } from "./content";
import type { Parcel, SendBody } from "./outbox";

/** What a person reads of a body that is to be sent. */
export function bodyText(body: SendBody): string | null {
  const object = fields(body[body.type]);
  if (body.type === "text" || body.type === "note") return text(fields(body.text).body);
  if (body.type === "interactive") return readInteractive(object).body;
  return text(object.caption) ?? text(object.name);
}

/** A message as it would look. */
export function previewOf(body: SendBody, part: Partial<Message> = {}): Message {
  const note = body.type === "note";
  const kind = note ? "text" : body.type;
  return {
    id: "",
    seq: 0,
    conversation_id: "",
    contact_id: "",
    session_id: "",
    direction: note ? "note" : "outbound",
    type: kind,
    text: bodyText(body),
    content: body[kind],
    media: [],
    reply_to: null,
    context: null,
    provider_id: null,
    status: "queued",
    error: null,
    author: null,
    client_key: null,
    reactions: [],
    edited_at: null,
    revoked_at: null,
    created_at: new Date().toISOString(),
    provider_timestamp: null,
    ...part,
  };
}

export function previewOfParcel(parcel: Parcel): Message {
  const { body } = parcel;
  return previewOf(body, {
    id: parcel.key,
    conversation_id: parcel.conversationId,
    session_id: parcel.sessionId,
    client_key: parcel.key,
    created_at: parcel.createdAt,
    status: parcel.state === "failed" ? "failed" : "queued",
    media: parcel.fileUrl ? [previewMedia(parcel, parcel.fileUrl)] : [],
  });
}

function previewMedia(parcel: Parcel, url: string): Media {
  const object = fields(parcel.body[parcel.body.type]);
  return {
    id: parcel.key,
    mime_type: parcel.file?.type ?? "",
    filename: text(object.filename) ?? parcel.file?.name ?? null,
    size: parcel.file?.size ?? null,
    state: "stored",
    url,
    voice: object.voice === true,
    animated: false,
    error: null,
  };
}
