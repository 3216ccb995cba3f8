// What each has seen of the conversations, and which messages they starred: theirs alone, told to their other devices.

import { page, Refusal } from "./answers.mjs";
import { byId, iso, state } from "./state.mjs";

/** By user and conversation. */
const marks = new Map();
/** By user and message. */
const stars = new Map();
const MOST_STARS = 1_000;

/** Tells a person's own devices. */
function tellMe(user, frame) {
  for (const peer of state.peers) if (peer.user?.id === user.id) peer.send(frame);
}

function here(list, id) {
  const entry = byId(list, id);
  if (!entry) throw new Refusal(404, "not_found", "There is no such thing here");
  return entry;
}

/** The row as that person gets it. */
export function withSeen(row, user) {
  return { ...row, seen: marks.get(`${user.id} ${row.id}`) ?? null };
}

export function isUnseen(row, user) {
  const mark = marks.get(`${user.id} ${row.id}`);
  if (mark?.unread) return true;
  if (!mark?.message_id) return row.waiting_since !== null || row.unread > 0;
  return row.waiting_since !== null && row.last_message?.id > mark.message_id;
}

/** `unread`: marked so; else seen up to its end. */
export function markSeen(row, user, unread) {
  const key = `${user.id} ${row.id}`;
  const message_id = unread ? marks.get(key)?.message_id : row.last_message?.id;
  const seen = { conversation_id: row.id, message_id: message_id ?? null, unread };
  marks.set(key, seen);
  tellMe(user, { type: "seen", seen });
  return seen;
}

function star(id, user, starred) {
  const message = here([...state.messages.values()].flat(), id);
  const mine = [...stars.values()].filter((each) => each.user === user.id);
  if (state.failNext > 0) {
    state.failNext -= 1;
    throw new Refusal(503, "unavailable", "The hub can't do this right now; try again shortly");
  }
  if (starred && mine.length >= MOST_STARS)
    throw new Refusal(409, "too_many", "There are too many of them");
  const key = `${user.id} ${id}`;
  if (starred) stars.set(key, stars.get(key) ?? { user: user.id, message, starred_at: iso() });
  else stars.delete(key);
  const { conversation_id } = message;
  tellMe(user, { type: "star", star: { message_id: id, conversation_id, starred } });
  return [204];
}

/** Puts a star there, whenever that was. */
export function seedStar(message, user, at) {
  stars.set(`${user.id} ${message.id}`, { user: user.id, message, starred_at: iso(at) });
}

function listStars(query, user) {
  const conversation = query.get("conversation");
  const list = [...stars.values()]
    .filter((each) => each.user === user.id)
    .filter(({ message }) => !conversation || message.conversation_id === conversation)
    .sort((a, b) => (a.starred_at < b.starred_at ? 1 : -1))
    .map(({ message, starred_at }) => {
      const { seq, ...contact } = byId(state.conversations, message.conversation_id).contact;
      return { id: message.id, message, contact, starred_at };
    });
  const { data, next_cursor } = page(list, query);
  return { data: data.map(({ id, ...entry }) => entry), next_cursor };
}

export const SEEN_ROUTES = [
  [
    "PUT",
    "/conversations/:id/seen",
    ({ id, body, user }) => markSeen(here(state.conversations, id), user, body.unread),
  ],
  ["PUT", "/messages/:id/star", ({ id, user }) => star(id, user, true)],
  ["DELETE", "/messages/:id/star", ({ id, user }) => star(id, user, false)],
  ["GET", "/starred-messages", ({ query, user }) => listStars(query, user)],
];
