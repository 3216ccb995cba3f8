import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  ACCESS_CHANGED,
  type ConnectionState,
  HANDSHAKE_MS,
  LiveSocket,
  PROBE_MS,
  SILENCE_MS,
  STABLE_MS,
  TOO_SLOW,
  type WebSocketLike,
} from "./socket";

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function world() {
  const sockets: FakeSocket[] = [];
  const states: ConnectionState[] = [];
  let online = true;
  const options = {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocketLike;
    },
    token: vi.fn(async () => "token"),
    freshToken: vi.fn(async () => "fresh"),
    isOnline: () => online,
    random: () => 0.5,
    onEvents: vi.fn(),
    onRows: vi.fn(),
    onPresence: vi.fn(),
    onDraft: vi.fn(),
    onSeen: vi.fn(),
    onStar: vi.fn(),
    onQueue: vi.fn(),
    onReload: vi.fn(),
    onState: (state: ConnectionState) => states.push(state),
  };
  const live = new LiveSocket(options);
  const last = () => sockets[sockets.length - 1] as FakeSocket;
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const greet = async (cursor = "1.10") => {
    await settle();
    last().onopen?.();
    last().say({ type: "ready", cursor });
    last().say({ type: "subscribed", topics: [], refused: [], cursor });
  };
  const drop = (code = 1006) => last().onclose?.({ code });
  return {
    live,
    options,
    sockets,
    last,
    greet,
    drop,
    settle,
    phase: () => states[states.length - 1]?.phase,
    state: () => states[states.length - 1] as ConnectionState,
    setOnline: (value: boolean) => {
      online = value;
    },
  };
}

describe("the live connection", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("logs in with the first frame and subscribes what is looked at", async () => {
    const { live, last, greet, phase } = world();
    live.subscribe("inbox");
    live.start();
    await greet();
    expect(last().sent).toEqual([
      { type: "auth", token: "token" },
      { type: "subscribe", topics: ["inbox"], since: "1.10" },
    ]);
    expect(phase()).toBe("connected");
  });

  it("loads again once what was fetched before the first greeting", async () => {
    const { live, options, greet, drop, settle } = world();
    live.subscribe("inbox");
    live.start();
    await greet();
    expect(options.onReload).toHaveBeenCalledTimes(1);
    drop();
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    await greet("1.12");
    expect(options.onReload).toHaveBeenCalledTimes(1);
  });

  it("resumes behind the last frame that it heard", async () => {
    const { live, last, greet, drop } = world();
    live.subscribe("inbox");
    live.start();
    await greet("1.10");
    last().say({ type: "rows", cursor: "1.42", rows: [] });
    drop();
    await vi.advanceTimersByTimeAsync(1_000);
    await greet("1.50");
    expect(last().sent[1]).toEqual({ type: "subscribe", topics: ["inbox"], since: "1.42" });
  });

  it("subscribes a topic that is opened later from where it stands, and leaves it with the last watcher", async () => {
    const { live, last, greet } = world();
    live.subscribe("inbox");
    live.start();
    await greet("1.10");
    const first = live.subscribe("conversation:cnv_1");
    const second = live.subscribe("conversation:cnv_1");
    first();
    first();
    expect(last().sent.slice(2)).toEqual([
      { type: "subscribe", topics: ["conversation:cnv_1"], since: "1.10" },
    ]);
    second();
    expect(last().sent.at(-1)).toEqual({ type: "unsubscribe", topics: ["conversation:cnv_1"] });
  });

  it("takes silence for a dead line", async () => {
    const { live, last, sockets, greet, phase } = world();
    live.start();
    await greet();
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
    last().say({ type: "beat", cursor: "1.11" });
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets[0]?.closed).toBe(true);
    expect(phase()).toBe("reconnecting");
  });

  it("gives up a handshake that is not answered", async () => {
    const { live, last, settle, phase } = world();
    live.start();
    await settle();
    last().onopen?.();
    await vi.advanceTimersByTimeAsync(HANDSHAKE_MS);
    expect(phase()).toBe("reconnecting");
  });

  it("waits longer after each failure, up to a limit", async () => {
    const { live, state, drop, settle } = world();
    live.start();
    const waits: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      await settle();
      drop();
      const wait = (state().retryAt ?? 0) - Date.now();
      waits.push(wait);
      await vi.advanceTimersByTimeAsync(wait);
    }
    expect(waits[0]).toBeLessThan(600);
    expect(waits.slice(0, 5)).toEqual([...waits.slice(0, 5)].sort((a, b) => a - b));
    expect(waits[8]).toBeLessThanOrEqual(20_000);
    expect(waits[8]).toBe(waits[7]);
  });

  it("comes back at once when the hub found it too slow, but not in a loop", async () => {
    const { live, sockets, greet, drop, settle, state } = world();
    live.start();
    await greet();
    await vi.advanceTimersByTimeAsync(STABLE_MS + 1);
    drop(TOO_SLOW);
    await settle();
    expect(sockets).toHaveLength(2);
    drop(TOO_SLOW);
    await settle();
    expect(sockets).toHaveLength(2);
    expect(state().retryAt).not.toBeNull();
  });

  it("exchanges its token when its access changed", async () => {
    const { live, options, last, greet, drop, settle } = world();
    live.start();
    await greet();
    drop(ACCESS_CHANGED);
    await settle();
    last().onopen?.();
    expect(options.freshToken).toHaveBeenCalledTimes(1);
    expect(last().sent).toEqual([{ type: "auth", token: "fresh" }]);
  });

  it("comes back when the hub said it would", async () => {
    const { live, last, greet, drop, state } = world();
    live.start();
    await greet();
    last().say({ type: "goodbye", reason: "shutdown", reconnect_after_ms: 3_000 });
    drop(1012);
    expect((state().retryAt ?? 0) - Date.now()).toBeGreaterThanOrEqual(3_000);
  });

  it("does not try while there is no network, and at once when there is", async () => {
    const { live, sockets, greet, settle, phase, setOnline } = world();
    live.start();
    await greet();
    setOnline(false);
    live.networkLost();
    expect(phase()).toBe("offline");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    setOnline(true);
    live.retryNow();
    await settle();
    expect(sockets).toHaveLength(2);
  });

  it("asks whether the line still lives when the screen wakes up", async () => {
    const { live, last, sockets, greet } = world();
    live.start();
    await greet();
    await vi.advanceTimersByTimeAsync(PROBE_MS + 1);
    live.wokeUp();
    expect(last().sent.at(-1)).toEqual({ type: "ping" });
    await vi.advanceTimersByTimeAsync(PROBE_MS);
    expect(sockets[0]?.closed).toBe(true);
  });

  it("remembers since when the screen is stale until it is connected again", async () => {
    const { live, greet, drop, state } = world();
    live.start();
    await greet();
    drop();
    const since = state().staleSince;
    expect(since).not.toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    drop();
    expect(state().staleSince).toBe(since);
    await vi.advanceTimersByTimeAsync(2_000);
    await greet();
    expect(state().staleSince).toBeNull();
  });

  it("hands events and rows on, and asks for a reload when told to", async () => {
    const { live, options, last, greet } = world();
    live.start();
    await greet();
    last().say({ type: "events", cursor: "1.11", events: [{ seq: 11 }] });
    last().say({ type: "rows", cursor: "1.12", rows: [{ id: "cnv_1" }] });
    last().onmessage?.({ data: "not json" });
    last().say({ type: "reload", reason: "too_old", cursor: "2.1" });
    expect(options.onEvents).toHaveBeenCalledWith([{ seq: 11 }]);
    expect(options.onRows).toHaveBeenCalledWith([{ id: "cnv_1" }]);
    expect(options.onReload).toHaveBeenCalledTimes(1);
  });

  it("stays silent after it was stopped", async () => {
    const { live, sockets, greet, drop } = world();
    live.start();
    await greet();
    live.stop();
    drop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });
});
