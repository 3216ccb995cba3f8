// Keeps drafts the same on all devices of a person: what is written here goes to the hub, what is written elsewhere
// comes from there. Words that the hub does not have yet are never replaced. Shows nothing, also when it fails: what
// could not be kept is written with the next change or the next connection.

import { api } from "@/lib/api/client";
import type { KeptDraft, Page } from "@/lib/api/types";
import { type Draft, markSaved, markUnsaved, NO_DRAFT, replaceDraft, useDrafts } from "./drafts";
import { covers, fromKept, toKept } from "./kept-draft";

/** After the last key. */
export const PAUSE_MS = 1_000;
/** Whoever wrote here so lately goes on writing here. */
export const WRITING_MS = 5_000;
/** The hub forgets the revision of an emptied draft after a day, and begins anew. */
const TRUSTED_MS = 12 * 3_600_000;
/** As many as the hub keeps. */
const PAGE = 200;

interface Known {
  revision: number;
  at: number;
}

export class DraftSync {
  /** What this page calls itself: another tab is another device. */
  readonly device = crypto.randomUUID();
  private running = false;
  private readonly known = new Map<string, Known>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly typedAt = new Map<string, number>();
  /** What is on its way to the hub. */
  private readonly inFlight = new Map<string, Draft>();
  /** To be written once more when the write that is on its way has ended. */
  private readonly again = new Set<string>();

  /** Follows what is written here; returns how to stop. */
  start(): () => void {
    this.running = true;
    const unsubscribe = useDrafts.subscribe((now, before) => {
      for (const id of Object.keys(now.unsaved)) {
        if (now.drafts[id] === before.drafts[id]) continue;
        this.typedAt.set(id, Date.now());
        this.later(id);
      }
    });
    const onHide = () => {
      if (document.visibilityState === "hidden") void this.flush();
    };
    const onLeave = () => void this.flush();
    document.addEventListener("visibilitychange", onHide);
    window.addEventListener("pagehide", onLeave);
    return () => {
      this.running = false;
      unsubscribe();
      document.removeEventListener("visibilitychange", onHide);
      window.removeEventListener("pagehide", onLeave);
      for (const timer of this.timers.values()) clearTimeout(timer);
      for (const kept of [this.known, this.timers, this.typedAt, this.again]) kept.clear();
    };
  }

  /** Takes what the hub has, and brings it what it has not. */
  async load(): Promise<void> {
    const before = new Map(this.known);
    const list = await fetchAll().catch(() => null);
    if (!list || !this.running) return;
    const changedMeanwhile = (id: string) => this.known.get(id) !== before.get(id);
    for (const kept of list) {
      if (!changedMeanwhile(kept.conversation_id)) this.takeLoaded(kept);
    }
    const there = new Set(list.map((kept) => kept.conversation_id));
    const { drafts, unsaved } = useDrafts.getState();
    for (const id of Object.keys(drafts)) {
      // It was sent or thrown away on another device.
      if (!there.has(id) && !unsaved[id] && !changedMeanwhile(id)) replaceDraft(id, NO_DRAFT);
    }
    // One after the other: after a long time without the hub they may be many.
    for (const id of Object.keys(useDrafts.getState().unsaved)) await this.write(id);
  }

  private takeLoaded(kept: KeptDraft): void {
    const id = kept.conversation_id;
    const isNews = !this.isOld(kept);
    const { drafts, unsaved } = useDrafts.getState();
    const draft = drafts[id] ?? NO_DRAFT;
    // The answer to its last write may have been lost with the page that was here before.
    const hasArrived = !this.known.has(id) && drafts[id] && covers(kept, draft);
    this.note(kept);
    if ((unsaved[id] && !hasArrived) || this.isWriting(id)) {
      if (isNews) this.insist(id);
      return;
    }
    markSaved(id);
    replaceDraft(id, fromKept(kept, draft));
  }

  /** Another device wrote something, or it is this one's own echo. */
  take(kept: KeptDraft, device: string | null): void {
    const id = kept.conversation_id;
    if (!this.running || this.isOld(kept)) return;
    this.note(kept);
    if (device === this.device) return;
    if (useDrafts.getState().unsaved[id] || this.isWriting(id)) return this.insist(id);
    replaceDraft(id, fromKept(kept, useDrafts.getState().drafts[id] ?? NO_DRAFT));
  }

  /** Writes at once what is not written yet, of one conversation or of all: the page may be gone in a moment. */
  async flush(only?: string): Promise<void> {
    if (!this.running) return;
    const unsaved = Object.keys(useDrafts.getState().unsaved);
    const wanted = unsaved.filter((id) => !only || id === only);
    await Promise.all(wanted.map((id) => this.write(id, "urgent")));
  }

  /** What stands here is written over what came from elsewhere. */
  private insist(id: string): void {
    markUnsaved(id);
    if (this.inFlight.has(id)) this.again.add(id);
    this.later(id);
  }

  private isWriting(id: string): boolean {
    return Date.now() - (this.typedAt.get(id) ?? Number.NEGATIVE_INFINITY) < WRITING_MS;
  }

  private later(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.set(
      id,
      setTimeout(() => void this.write(id), PAUSE_MS),
    );
  }

  private async write(id: string, haste?: "urgent"): Promise<void> {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    const sent = draftOf(id);
    const flying = this.inFlight.get(id);
    if (flying === sent) return;
    if (flying && !haste) {
      this.again.add(id);
      return;
    }
    // Which of two arrives last nobody knows: once more, if there is time.
    if (flying) this.again.add(id);
    else this.again.delete(id);
    this.inFlight.set(id, sent);
    try {
      this.note(await this.put(id, sent, haste !== undefined));
      if (draftOf(id) === sent && !this.again.has(id)) markSaved(id);
    } catch {
      // It stays unsaved.
      this.again.delete(id);
    } finally {
      if (this.inFlight.get(id) === sent) this.inFlight.delete(id);
    }
    if (this.running && this.again.has(id)) await this.write(id);
  }

  private put(id: string, draft: Draft, keepalive: boolean): Promise<KeptDraft> {
    const base = this.known.get(id)?.revision ?? null;
    const body = { ...toKept(draft), base, device: this.device };
    return api.put<KeptDraft>(`/conversations/${id}/draft`, body, { keepalive });
  }

  private note({ conversation_id: id, revision }: KeptDraft): void {
    const before = this.known.get(id);
    if (before && before.revision >= revision && Date.now() - before.at < TRUSTED_MS) return;
    this.known.set(id, { revision, at: Date.now() });
  }

  private isOld({ conversation_id: id, revision }: KeptDraft): boolean {
    const known = this.known.get(id);
    return known !== undefined && revision <= known.revision && Date.now() - known.at < TRUSTED_MS;
  }
}

function draftOf(id: string): Draft {
  return useDrafts.getState().drafts[id] ?? NO_DRAFT;
}

async function fetchAll(): Promise<KeptDraft[]> {
  const all: KeptDraft[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<KeptDraft> = await api.get("/drafts", { limit: PAGE, cursor });
    all.push(...page.data);
    cursor = page.next_cursor;
  }
  return all;
}

/** Of the person who is logged in. */
export const draftSync = new DraftSync();
