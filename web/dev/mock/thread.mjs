// Makes messages and files, and keeps the last line of a conversation.

import { iso, newId, state } from "./state.mjs";

export function media(mime, bytes, part = {}) {
  const entry = {
    id: newId("med"),
    mime_type: mime,
    filename: null,
    size: bytes?.length ?? null,
    state: bytes ? "stored" : "pending",
    url: null,
    voice: false,
    animated: false,
    error: null,
    ...part,
  };
  entry.url = bytes ? `/api/v1/media/${entry.id}?token=mock` : null;
  state.media.set(entry.id, { bytes, mime });
  return entry;
}

export function message(conversation, at, part) {
  state.seq += 1;
  const entry = {
    id: newId("msg", at),
    seq: state.seq,
    conversation_id: conversation.id,
    contact_id: conversation.contact.id,
    session_id: conversation.session_id,
    direction: "inbound",
    type: "text",
    text: null,
    content: null,
    media: [],
    reply_to: null,
    context: null,
    provider_id: `wamid.${newId("x", at)}`,
    status: part.direction === "outbound" ? "read" : "received",
    error: null,
    author: null,
    client_key: null,
    reactions: [],
    edited_at: null,
    revoked_at: null,
    created_at: iso(at),
    provider_timestamp: iso(at),
    ...part,
  };
  entry.content ??= { body: entry.text };
  state.messages.get(conversation.id).push(entry);
  return entry;
}

/** When the contact wrote first of all that nobody has answered. */
function waitsSince({ id }) {
  const said = state.messages.get(id).filter((entry) => entry.direction !== "note");
  const answered = said.findLastIndex((entry) => entry.direction === "outbound");
  return said[answered + 1]?.created_at ?? null;
}

export function summarize(conversation) {
  const last = state.messages
    .get(conversation.id)
    .filter((entry) => entry.type !== "reaction" && entry.type !== "system")
    .at(-1);
  conversation.last_message = last && {
    id: last.id,
    direction: last.direction,
    type: last.type,
    text: last.text?.slice(0, 200) ?? null,
    status: last.status,
    at: last.created_at,
  };
  conversation.waiting_since = waitsSince(conversation);
}
