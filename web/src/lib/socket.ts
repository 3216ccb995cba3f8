// Owns the connection to the hub: logs in, subscribes, resumes where it stopped, notices silence and comes
// back. Knows nothing of React or of what the events mean.

import type { Conversation, KeptDraft, QueueFigures, Seen } from "./api/types";
import {
  type Activity,
  type IncomingFrame,
  type LiveEvent,
  type Person,
  readFrame,
  type StarNews,
} from "./socket-frames";

/** The hub beats every 10 s: two missed beats and some slack mean that the line is dead. */
export const SILENCE_MS = 25_000;
/** From opening to the first answer. */
export const HANDSHAKE_MS = 10_000;
/** An answer to a ping after waking up. */
export const PROBE_MS = 4_000;
/** How often the hub is reminded where somebody is: it forgets them after 25 s. */
export const REMIND_MS = 10_000;
/** A connection that held that long was a good one: the next trouble starts with a short wait. */
export const STABLE_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export const ACCESS_CHANGED = 4001;
export const TOO_SLOW = 4008;

export type Phase = "idle" | "connecting" | "connected" | "reconnecting" | "offline";

export interface ConnectionState {
  phase: Phase;
  /** When the next try is made. */
  retryAt: number | null;
  /** Since when what is on screen may be old. */
  staleSince: number | null;
}

/** The part of a WebSocket that is used here. */
export type WebSocketLike = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export interface SocketOptions {
  open(): WebSocketLike;
  token(): Promise<string>;
  /** Called when the hub no longer takes the token. */
  freshToken(): Promise<string>;
  isOnline(): boolean;
  random(): number;
  onEvents(events: LiveEvent[]): void;
  onRows(rows: Conversation[]): void;
  onPresence(conversation: string, people: Person[]): void;
  onDraft(draft: KeptDraft, device: string | null): void;
  onSeen(seen: Seen): void;
  onStar(star: StarNews): void;
  onQueue(queue: QueueFigures): void;
  /** What was missed can't be told: load again. */
  onReload(): void;
  onState(state: ConnectionState): void;
}

export class LiveSocket {
  private socket: WebSocketLike | null = null;
  private readonly topics = new Map<string, number>();
  private cursor: string | null = null;
  private ready = false;
  private running = false;
  private attempts = 0;
  private connectedAt = 0;
  private heardAt = 0;
  private politeWait: number | null = null;
  private needsFreshToken = false;
  private generation = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private at: { conversation: string; activity: Activity } | null = null;
  private reminder: ReturnType<typeof setInterval> | undefined;
  private state: ConnectionState = { phase: "idle", retryAt: null, staleSince: null };

  constructor(private readonly options: SocketOptions) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  stop(): void {
    this.running = false;
    clearInterval(this.reminder);
    this.at = null;
    this.hangUp();
    clearTimeout(this.retryTimer);
    this.tell({ phase: "idle", retryAt: null, staleSince: null });
  }

  /** Looks at a topic until the returned function is called. */
  subscribe(topic: string): () => void {
    const count = this.topics.get(topic) ?? 0;
    this.topics.set(topic, count + 1);
    // `since` now and a fetch afterwards: whatever happens between the two comes as an event.
    if (count === 0 && this.ready) {
      this.send({ type: "subscribe", topics: [topic], ...(this.cursor && { since: this.cursor }) });
    }
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.leave(topic);
    };
  }

  /** Says where this window's person is, until they are somewhere else. */
  attend(conversation: string | null, activity: Activity = "viewing"): void {
    this.at = conversation === null ? null : { conversation, activity };
    clearInterval(this.reminder);
    if (this.at) this.reminder = setInterval(() => this.sayWhere(), REMIND_MS);
    this.sayWhere();
  }

  private sayWhere(): void {
    if (!this.ready) return;
    this.send({ type: "presence", ...(this.at ?? { conversation: null }) });
  }

  /** Tries at once instead of waiting (button, network is back, screen is back). */
  retryNow(): void {
    if (!this.running || this.socket) return;
    this.attempts = 0;
    clearTimeout(this.retryTimer);
    void this.connect();
  }

  networkLost(): void {
    if (!this.running) return;
    this.hangUp();
    clearTimeout(this.retryTimer);
    this.tell({ phase: "offline", retryAt: null, staleSince: this.staleSince() });
  }

  /** The screen is looked at again: timers may have slept, so ask whether the line still lives. */
  wokeUp(): void {
    if (!this.running) return;
    if (!this.socket) return this.retryNow();
    if (this.ready && Date.now() - this.heardAt > PROBE_MS) {
      this.send({ type: "ping" });
      this.watch(PROBE_MS);
    }
  }

  private leave(topic: string): void {
    const count = (this.topics.get(topic) ?? 1) - 1;
    if (count > 0) {
      this.topics.set(topic, count);
      return;
    }
    this.topics.delete(topic);
    if (this.ready) this.send({ type: "unsubscribe", topics: [topic] });
  }

  private async connect(): Promise<void> {
    if (!this.running || this.socket) return;
    if (!this.options.isOnline()) return this.networkLost();
    const generation = ++this.generation;
    const again = this.state.staleSince !== null;
    this.tell({
      phase: again ? "reconnecting" : "connecting",
      retryAt: null,
      staleSince: this.state.staleSince,
    });
    let token: string;
    try {
      token = await (this.needsFreshToken ? this.options.freshToken() : this.options.token());
      this.needsFreshToken = false;
    } catch {
      if (generation === this.generation) this.waitAndRetry();
      return;
    }
    if (generation !== this.generation || !this.running) return;
    const socket = this.options.open();
    this.socket = socket;
    this.watch(HANDSHAKE_MS);
    socket.onopen = () => socket.send(JSON.stringify({ type: "auth", token }));
    socket.onmessage = (event) => {
      if (this.socket === socket) this.heard(readFrame(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code);
    };
  }

  private heard(frame: IncomingFrame | null): void {
    this.heardAt = Date.now();
    if (this.ready) this.watch(SILENCE_MS);
    switch (frame?.type) {
      case "ready":
        return this.greeted(frame.cursor);
      case "subscribed":
        return this.connected();
      case "events":
        this.options.onEvents(frame.events);
        this.cursor = frame.cursor;
        return;
      case "rows":
        this.options.onRows(frame.rows);
        this.cursor = frame.cursor;
        return;
      case "presence":
        return this.options.onPresence(frame.conversation, frame.people);
      case "draft":
        return this.options.onDraft(frame.draft, frame.device);
      case "seen":
        return this.options.onSeen(frame.seen);
      case "star":
        return this.options.onStar(frame.star);
      case "queue":
        return this.options.onQueue(frame.queue);
      case "beat":
        this.cursor = frame.cursor;
        return;
      case "reload":
        this.cursor = frame.cursor ?? null;
        return this.options.onReload();
      case "goodbye":
        this.politeWait = frame.reconnect_after_ms;
    }
  }

  private greeted(cursor: string): void {
    this.ready = true;
    this.watch(SILENCE_MS);
    const since = this.cursor;
    this.cursor ??= cursor;
    if (this.at) this.sayWhere();
    const topics = [...this.topics.keys()];
    if (topics.length === 0) return this.connected();
    this.send({ type: "subscribe", topics, since: since ?? cursor });
    // What was fetched before the first `ready` may lack what happened in between.
    if (since === null) this.options.onReload();
  }

  private connected(): void {
    if (this.state.phase === "connected") return;
    this.connectedAt = Date.now();
    this.tell({ phase: "connected", retryAt: null, staleSince: null });
  }

  private closed(code: number): void {
    const held = this.connectedAt > 0 && Date.now() - this.connectedAt > STABLE_MS;
    this.hangUp();
    if (!this.running) return;
    if (held) this.attempts = 0;
    if (code === ACCESS_CHANGED) this.needsFreshToken = true;
    const resume = code === TOO_SLOW || code === ACCESS_CHANGED;
    if (resume && this.attempts === 0) {
      this.attempts = 1;
      this.tell({ phase: "reconnecting", retryAt: null, staleSince: this.staleSince() });
      void this.connect();
      return;
    }
    this.waitAndRetry();
  }

  private waitAndRetry(): void {
    if (!this.running) return;
    if (!this.options.isOnline()) return this.networkLost();
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
    // Half fixed, half random: a restarted hub is not stormed by everybody in the same second.
    const wait = (this.politeWait ?? ceiling / 2) + this.options.random() * (ceiling / 2);
    this.politeWait = null;
    this.attempts += 1;
    this.tell({
      phase: "reconnecting",
      retryAt: Date.now() + wait,
      staleSince: this.staleSince(),
    });
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.connect(), wait);
  }

  private watch(limit: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.closed(0), limit);
  }

  private hangUp(): void {
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    this.generation += 1;
    this.connectedAt = 0;
    clearTimeout(this.watchdog);
    socket?.close();
  }

  private staleSince(): number {
    return this.state.staleSince ?? Date.now();
  }

  private send(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }

  private tell(state: ConnectionState): void {
    this.state = state;
    this.options.onState(state);
  }
}
