// Messages that wait for their times: they are sent by the clock, or fail with the reason that their words name.

import { page, Refusal } from "./answers.mjs";
import { post, textOf } from "./chat.mjs";
import { byId, iso, newId, state, tell } from "./state.mjs";

const LATEST_MS = 366 * 86_400_000;

const news = ({ id, conversation_id, author, state: now, send_at, reason }) => ({
  id,
  conversation_id,
  author_id: author.id,
  state: now,
  send_at,
  reason,
});

function settle(row, part) {
  Object.assign(row, part, { updated_at: iso() });
  // No row of the inbox changes by it.
  tell("scheduled_message.updated", { ...news(row) });
}

/** `#window_closed` in the words makes it fail like that. */
function say(row) {
  const conversation = byId(state.conversations, row.conversation_id);
  const told = /#([a-z_]+)/.exec(row.text ?? "")?.[1];
  if (row.unless_reply && wroteSince(row)) {
    settle(row, { state: "cancelled", reason: "contact_wrote" });
    return;
  }
  try {
    if (told) throw new Refusal(409, told, "As it was wished");
    const message = post(conversation, row.message, `scheduled:${row.id}`, row.author);
    settle(row, { state: "sent", message_id: message.id });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    settle(row, { state: "failed", reason: error.code });
  }
}

function wroteSince(row) {
  return state.messages
    .get(row.conversation_id)
    .some((entry) => entry.direction === "inbound" && entry.created_at > row.updated_at);
}

function wake(row) {
  const { send_at: at } = row;
  // Timers of more than 24 days go off at once.
  const wait = Math.min(Math.max(0, Date.parse(at) - Date.now()), 2_000_000_000);
  setTimeout(() => {
    if (row.state === "waiting" && row.send_at === at && Date.parse(at) <= Date.now()) say(row);
  }, wait).unref();
}

function checkTime(at) {
  const time = Date.parse(at);
  if (time > Date.now() && time < Date.now() + LATEST_MS) return;
  throw new Refusal(422, "validation_failed", "send_at must lie in the future, a year at most");
}

function list(query, user, conversation = null) {
  const wanted = query.get("state") ?? "waiting";
  const author = query.get("author") === "me" ? user.id : query.get("author");
  return page(
    state.scheduled
      .filter((row) => row.state === wanted)
      .filter((row) => !conversation || row.conversation_id === conversation.id)
      .filter((row) => !author || row.author.id === author)
      .sort((a, b) => (a.send_at < b.send_at ? -1 : 1)),
    query,
  );
}

function leave(conversation, body, key, user) {
  const before = key && state.keys.get(key);
  if (before) return before;
  checkTime(body.send_at);
  const row = scheduled(conversation, user, body);
  if (key) state.keys.set(key, row);
  settle(row, {});
  wake(row);
  return row;
}

/** As it lies there, whenever it is to be sent. */
export function scheduled(conversation, user, { send_at, unless_reply = false, message, ...rest }) {
  const { seq, ...contact } = conversation.contact;
  const row = {
    id: newId("sch"),
    conversation_id: conversation.id,
    contact,
    author: { type: "user", id: user.id, name: user.name },
    send_at,
    unless_reply,
    message,
    text: textOf(message),
    state: "waiting",
    reason: null,
    message_id: null,
    created_at: iso(),
    updated_at: iso(),
    ...rest,
  };
  state.scheduled.push(row);
  return row;
}

function changeable(id) {
  const row = byId(state.scheduled, id);
  if (!row) throw new Refusal(404, "not_found", "There is no such thing here");
  if (["waiting", "failed"].includes(row.state)) return row;
  throw new Refusal(409, "conflict", "It is on its way, was sent, or was taken back");
}

function change(id, body) {
  const row = changeable(id);
  checkTime(body.send_at ?? row.send_at);
  const message = body.message ?? row.message;
  settle(row, { ...body, message, text: textOf(message), state: "waiting", reason: null });
  wake(row);
  return row;
}

function sendNow(id) {
  const row = changeable(id);
  settle(row, { send_at: iso(), state: "waiting", reason: null, unless_reply: false });
  wake(row);
  return row;
}

function cancel(id) {
  settle(changeable(id), { state: "cancelled" });
  return [204];
}

function here(id) {
  const conversation = byId(state.conversations, id);
  if (!conversation) throw new Refusal(404, "not_found", "There is no such thing here");
  return conversation;
}

export const SCHEDULED_ROUTES = [
  [
    "GET",
    "/conversations/:id/scheduled-messages",
    ({ id, query, user }) => list(query, user, here(id)),
  ],
  [
    "POST",
    "/conversations/:id/scheduled-messages",
    ({ id, body, user, key }) => [201, leave(here(id), body, key, user)],
  ],
  ["GET", "/scheduled-messages", ({ query, user }) => list(query, user)],
  ["PATCH", "/scheduled-messages/:id", ({ id, body }) => change(id, body)],
  ["DELETE", "/scheduled-messages/:id", ({ id }) => cancel(id)],
  ["POST", "/scheduled-messages/:id/send", ({ id }) => sendNow(id)],
];
