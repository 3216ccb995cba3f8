// The socket protocol: log-in, topics, resume, conflated rows, beats.

import { WebSocketServer } from "ws";
import { queueOfTopic } from "./queues.mjs";
import { userOf } from "./routes.mjs";
import { cursor, state } from "./state.mjs";

const BEAT_MS = 10_000;
const CONFLATE_MS = 100;
const QUEUES_MS = 1_000;

const sockets = new Set();

/** Cuts every connection; new ones are refused until `ms` have passed. */
let refusedUntil = 0;
export function cut(ms = 0) {
  refusedUntil = Date.now() + ms;
  for (const socket of sockets) socket.terminate();
}

function shown(event) {
  const { seq, at, type, data } = event;
  return { seq, at, type, data };
}

/** The topic by which an event is told. */
function aboutOf({ type, conversation, data }) {
  if (type === "scheduled_message.updated") return `conversation:${data.conversation_id}`;
  if (type.startsWith("session")) return "sessions";
  if (type.startsWith("directory")) return "directory";
  return type === "agent.updated" ? "agents" : `conversation:${conversation}`;
}

class Peer {
  topics = new Set();
  dirty = new Map();
  user = null;

  constructor(socket) {
    this.socket = socket;
    socket.on("message", (text) => this.take(JSON.parse(text.toString())));
    socket.on("close", () => this.leave());
    this.beat = setInterval(
      () => this.user && this.send({ type: "beat", cursor: cursor() }),
      BEAT_MS,
    );
    this.listener = (event) => this.hear(event);
    state.listeners.add(this.listener);
    state.peers.add(this);
  }

  leave() {
    clearInterval(this.beat);
    clearTimeout(this.flush);
    clearTimeout(this.counting);
    state.listeners.delete(this.listener);
    state.peers.delete(this);
    sockets.delete(this.socket);
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  take(frame) {
    if (frame.type === "auth") {
      this.user = userOf(frame.token);
      if (!this.user) return this.socket.close(4001);
      return this.send({ type: "ready", cursor: cursor() });
    }
    if (frame.type === "ping") return this.send({ type: "pong" });
    if (frame.type === "unsubscribe") for (const topic of frame.topics) this.topics.delete(topic);
    if (frame.type === "subscribe") this.subscribe(frame);
  }

  subscribe({ topics, since }) {
    for (const topic of topics) this.topics.add(topic);
    this.send({ type: "subscribed", topics, refused: [], cursor: cursor() });
    if (!since) return;
    const [epoch, seq] = since.split(".").map(Number);
    const oldest = state.log[0]?.seq ?? state.seq + 1;
    if (epoch !== state.epoch || (seq < oldest - 1 && seq < state.seq)) {
      return this.send({ type: "reload", reason: "too_old", cursor: cursor() });
    }
    for (const event of state.log) if (event.seq > seq) this.hear(event);
  }

  hear(event) {
    // Whatever happens may change a figure.
    this.counting ??= setTimeout(() => this.tellQueues(), QUEUES_MS);
    if (event.row && this.topics.has("inbox")) {
      this.dirty.set(event.row.id, event.row);
      this.flush ??= setTimeout(() => this.tellRows(), CONFLATE_MS);
    }
    if (this.topics.has(aboutOf(event)) || this.isOwnFailure(event))
      this.send({ type: "events", cursor: cursor(), events: [shown(event)] });
  }

  /** Whose message was not sent hears of it wherever they are. */
  isOwnFailure({ type, data }) {
    if (type !== "scheduled_message.updated" || data.state !== "failed") return false;
    return this.topics.has("me") && data.author_id === this.user?.id;
  }

  tellQueues() {
    this.counting = undefined;
    for (const topic of this.topics) {
      const queue = topic.startsWith("queue:") && queueOfTopic(topic, this.user);
      if (queue) this.send({ type: "queue", queue });
    }
  }

  tellRows() {
    this.flush = undefined;
    this.send({ type: "rows", cursor: cursor(), rows: [...this.dirty.values()] });
    this.dirty.clear();
  }
}

export function attachSocket(server) {
  const hub = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, connection, head) => {
    if (Date.now() < refusedUntil) return connection.destroy();
    hub.handleUpgrade(request, connection, head, (socket) => {
      sockets.add(socket);
      new Peer(socket);
    });
  });
}
