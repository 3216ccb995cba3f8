// What happens in conversations: sending, ticks, customers who write.

import { Refusal } from "./answers.mjs";
import { byId, iso, newId, state, tell } from "./state.mjs";
import { message, summarize } from "./thread.mjs";

const HOUR = 3_600_000;

export function textOf(body) {
  const object = body[body.type] ?? {};
  if (body.type === "note" || body.type === "text") return body.text?.body ?? null;
  if (body.type === "template") {
    const template = state.templates.find((each) => each.name === object.name);
    const values = object.components?.find((each) => each.type === "body")?.parameters ?? [];
    const text = template?.components.find((each) => each.type === "BODY")?.text ?? null;
    return values.reduce(
      (now, value, i) => now.replace(`{{${value.parameter_name ?? i + 1}}}`, value.text),
      text,
    );
  }
  return object.body?.text ?? object.caption ?? object.name ?? object.emoji ?? null;
}

function mediaOf(body) {
  const id = body[body.type]?.id;
  const known = id && state.media.get(id);
  return known?.view ? [{ ...known.view, voice: body[body.type].voice === true }] : [];
}

function quoted(thread, context) {
  if (!context) return null;
  const id = context.message_id;
  const original = thread.find((each) => each.id === id || each.provider_id === id);
  return {
    id: original?.id ?? null,
    provider_id: id,
    text: original?.text ?? null,
    direction: original?.direction ?? null,
  };
}

export function post(conversation, body, key, user) {
  const before = key && state.keys.get(key);
  if (before) return before;
  if (state.failNext > 0) {
    state.failNext -= 1;
    throw new Refusal(503, "unavailable", "The hub can't do this right now; try again shortly");
  }
  const closed =
    !conversation.window_expires_at || Date.parse(conversation.window_expires_at) < Date.now();
  const free = body.type === "note" || body.type === "template";
  if (closed && !free) throw new Refusal(409, "window_closed", "The window is closed");
  if (body.type === "reaction") return react(conversation, body.reaction);
  const thread = state.messages.get(conversation.id);
  const note = body.type === "note";
  const entry = message(conversation, Date.now(), {
    direction: note ? "note" : "outbound",
    type: note ? "text" : body.type,
    text: textOf(body),
    content: body[note ? "text" : body.type],
    media: mediaOf(body),
    status: note ? "received" : "queued",
    author: { type: "user", id: user.id, name: user.name },
    client_key: key ?? null,
    reply_to: quoted(thread, body.context),
    provider_id: null,
    provider_timestamp: null,
  });
  for (const id of body.text?.mentions ?? []) {
    // Whom a note calls takes part from now on.
    const there = new Set([...conversation.participants, id]);
    if (note) conversation.participants = [...there].sort();
  }
  if (key) state.keys.set(key, entry);
  conversation.updated_at = iso();
  summarize(conversation);
  tell(note ? "note.created" : "message.queued", entry, conversation);
  if (!note) climb(conversation, entry, ["sending", "sent", "delivered", "read"]);
  return entry;
}

function react(conversation, { message_id: id, emoji }) {
  const target = state.messages
    .get(conversation.id)
    .find((each) => each.id === id || each.provider_id === id);
  if (!target) throw new Refusal(404, "not_found", "There is no such thing here");
  target.reactions = target.reactions.filter((each) => each.by !== "business");
  if (emoji) target.reactions.push({ emoji, by: "business" });
  tell("message.updated", target, conversation);
  return { ...target, id: newId("msg"), type: "reaction", text: emoji };
}

function climb(conversation, entry, steps) {
  const [status, ...rest] = steps;
  if (!status) return;
  setTimeout(
    () => {
      if (entry.text?.includes("#fail") && status === "delivered") {
        entry.status = "failed";
        entry.error = {
          code: 131026,
          title: "Message undeliverable",
          advice: "The number may not use WhatsApp. Check it with the customer.",
        };
        rest.length = 0;
      } else entry.status = status;
      entry.provider_id ??= `wamid.${newId("x")}`;
      summarize(conversation);
      tell(status === "sent" ? "message.sent" : "message.status_changed", entry, conversation);
      climb(conversation, entry, rest);
    },
    status === "read" ? 2_500 : 500,
  );
}

export function retry(id, user) {
  for (const [conversationId, thread] of state.messages) {
    const original = thread.find((each) => each.id === id);
    if (!original) continue;
    const body = { type: original.type, [original.type]: original.content };
    return post(byId(state.conversations, conversationId), body, `retry:${id}`, user);
  }
  throw new Refusal(404, "not_found", "There is no such thing here");
}

/** A customer writes. */
export function receive(conversation, part) {
  const entry = message(conversation, Date.now(), {
    author: { type: "contact", id: conversation.contact.id, name: conversation.contact.name },
    ...part,
  });
  conversation.unread += 1;
  conversation.updated_at = iso();
  conversation.window_expires_at = iso(Date.now() + 24 * HOUR);
  if (conversation.status === "closed") conversation.status = "open";
  summarize(conversation);
  tell("message.received", entry, conversation);
  return entry;
}
