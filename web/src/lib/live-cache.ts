// Applies events to the query cache. An answer that was asked for before an event and comes after it would
// undo the event: so what happens while a query is on the way is kept and applied to its answer once more.
// The reducers are guarded by `seq`, therefore twice is as good as once.

import type { QueryClient, QueryKey } from "@tanstack/react-query";

type Reducer = (data: unknown) => unknown;

/** More than this during one request: ask again instead of remembering. */
const MAX_REMEMBERED = 2_000;

export class LiveCache {
  private readonly waiting = new Map<string, Reducer[]>();
  private readonly stopListening: () => void;

  constructor(readonly client: QueryClient) {
    this.stopListening = client.getQueryCache().subscribe((change) => {
      if (change.type === "removed") this.waiting.delete(change.query.queryHash);
      if (change.type !== "updated") return;
      const { action, query } = change;
      if (action.type === "success" && !action.manual) this.replay(query.queryHash, query.queryKey);
      if (action.type === "error") this.waiting.delete(query.queryHash);
    });
  }

  /** Changes every cached answer under a key; `reduce` must return the same object when nothing changes. */
  apply<T>(prefix: QueryKey, reduce: (data: T, key: QueryKey) => T): void {
    for (const query of this.client.getQueryCache().findAll({ queryKey: prefix })) {
      const reducer: Reducer = (data) => reduce(data as T, query.queryKey);
      if (query.state.fetchStatus !== "idle") this.remember(query.queryHash, reducer);
      this.change(query.queryKey, reducer);
    }
  }

  close(): void {
    this.stopListening();
  }

  private change(key: QueryKey, reducer: Reducer): void {
    const before = this.client.getQueryData(key);
    if (before === undefined) return;
    const after = reducer(before);
    if (after !== before) {
      // Keeps the age of the answer: an event does not make the rest of it fresher.
      const updatedAt = this.client.getQueryState(key)?.dataUpdatedAt;
      this.client.setQueryData(key, after, { ...(updatedAt !== undefined && { updatedAt }) });
    }
  }

  private remember(hash: string, reducer: Reducer): void {
    const reducers = this.waiting.get(hash) ?? [];
    if (reducers.length < MAX_REMEMBERED) reducers.push(reducer);
    this.waiting.set(hash, reducers);
  }

  private replay(hash: string, key: QueryKey): void {
    const reducers = this.waiting.get(hash);
    if (!reducers) return;
    this.waiting.delete(hash);
    for (const reducer of reducers) this.change(key, reducer);
    if (reducers.length >= MAX_REMEMBERED) void this.client.invalidateQueries({ queryKey: key });
  }
}
