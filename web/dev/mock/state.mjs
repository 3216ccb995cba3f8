// The mock's whole world: one organization in memory, numbered events, and who listens.

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
let counter = 0;

/** An id like the hub's: time-ordered, thirteen letters. */
export function newId(prefix, at = Date.now()) {
  counter += 1;
  let number = (BigInt(at - 1_704_067_200_000) << 22n) | BigInt(counter & 0x3fffff);
  let text = "";
  for (let i = 0; i < 13; i += 1) {
    text = ALPHABET[Number(number & 31n)] + text;
    number >>= 5n;
  }
  return `${prefix}_${text}`;
}

export const iso = (at = Date.now()) => new Date(at).toISOString();

export const state = {
  epoch: 1,
  seq: 0,
  registered: true,
  users: [],
  sessions: [],
  contacts: [],
  conversations: [],
  messages: new Map(),
  templates: [],
  scheduled: [],
  tags: [
    { id: "tag_1", name: "Complaint", color: "red", created_at: "2026-01-01T00:00:00Z" },
    { id: "tag_2", name: "Delivery", color: "teal", created_at: "2026-01-02T00:00:00Z" },
  ],
  teams: [],
  agents: new Map(),
  /** How users are told what happens, as far as they chose. */
  notifications: new Map(),
  /** Which team's conversations were taken from the line, and when. */
  taken: [],
  invitations: [],
  apiKeys: [],
  audit: [],
  quarantine: [],
  media: new Map(),
  keys: new Map(),
  refreshTokens: new Map(),
  log: [],
  listeners: new Set(),
  /** The sockets that are there. */
  peers: new Set(),
  failNext: 0,
  /** Whether it can send mail. */
  mail: true,
};

export const cursor = () => `${state.epoch}.${state.seq}`;

/** Numbers an event and tells it to the sockets. */
export function tell(type, data, conversation = null) {
  state.seq += 1;
  data.seq = state.seq;
  if (conversation) conversation.seq = state.seq;
  const event = {
    seq: state.seq,
    at: iso(),
    type,
    data: structuredClone(data),
    conversation: conversation?.id ?? null,
    row: conversation ? structuredClone(conversation) : null,
  };
  state.log.push(event);
  if (state.log.length > 5_000) state.log.shift();
  for (const listener of state.listeners) listener(event);
  return event;
}

export const byId = (list, id) => list.find((entry) => entry.id === id);

export function audit(actor, action, subject, details = {}) {
  state.audit.unshift({
    id: newId("aud"),
    at: iso(),
    actor: { kind: "user", id: actor.id, name: actor.name },
    action,
    subject,
    details,
  });
}
