// One change to many conversations, on its way. It lives beside the page and not in it: whoever started it goes on
// with other work meanwhile. What finishes is told a few times a second, never one by one.

import { create } from "zustand";
import { api } from "@/lib/api/client";
import type { Conversation } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { bodyOf, type Change } from "../guesses";
import { noteMove } from "../own-moves";
import { backOf, isDone, isStill, type Job, type What } from "./jobs";
import { workThrough } from "./lanes";

/** How often the page hears of it. */
const TELL_MS = 200;
/** For so long it can be taken back. */
export const UNDO_MS = 30_000;

export interface Failure {
  job: Job;
  reason: string;
}

export interface Run {
  what: What;
  /** It takes back another one. */
  undoing: boolean;
  phase: "running" | "stopping" | "ended";
  total: number;
  done: number;
  failed: readonly Failure[];
  /** What it did not come to. */
  left: readonly Job[];
  /** Why it ended by itself before its end. */
  gaveUp: string | null;
  /** The hub asked to wait. */
  waits: boolean;
  /** What taking it back would do; empty when it can't, or no longer. */
  back: readonly Job[];
  /** What was not taken back, because somebody has changed it since. */
  kept: number;
}

/** The page's side of it. */
export interface RunPage {
  /** What the hub answered, and what was read. */
  take: (rows: Conversation[], read: Conversation[]) => void;
  /** The page's latest state of everything it knows. */
  known: () => ReadonlyMap<string, Conversation>;
  /** Called when it has ended. */
  ended?: (run: Run) => void;
}

export const useBulkRun = create<{ run: Run | null }>(() => ({ run: null }));

let stopper = new AbortController();
let undoTimer: ReturnType<typeof setTimeout> | undefined;

export function isRunning(): boolean {
  const { run } = useBulkRun.getState();
  return run !== null && run.phase !== "ended";
}

/** Lets what is on its way come to its end and begins nothing more. */
export function stopRun(): void {
  change({ phase: "stopping" });
  stopper.abort();
}

/** What is shown of a run that has ended goes. */
export function dismissRun(): void {
  if (isRunning()) return;
  clearTimeout(undoTimer);
  useBulkRun.setState({ run: null });
}

/** Somebody else is here now. */
export function forgetRun(): void {
  stopper.abort();
  stopper = new AbortController();
  clearTimeout(undoTimer);
  useBulkRun.setState({ run: null });
}

export function startRun(what: What, jobs: Job[], page: RunPage): Promise<void> {
  return go({ what, undoing: false, kept: 0 }, jobs, [], page);
}

/** Once more what failed and what it did not come to; what was done before can still be taken back. */
export function retryRun(page: RunPage): Promise<void> {
  const { run } = useBulkRun.getState();
  if (!run) return Promise.resolve();
  const jobs = [...run.failed.map(({ job }) => job), ...run.left];
  return go({ what: run.what, undoing: run.undoing, kept: run.kept }, jobs, run.back, page);
}

/** Gives each what it had before, unless somebody has changed it since. */
export function undoRun(page: RunPage): Promise<void> {
  const { run } = useBulkRun.getState();
  if (!run) return Promise.resolve();
  const known = page.known();
  const jobs = run.back.filter(({ row, change }) => {
    const now = known.get(row.id);
    return !now || now.seq <= row.seq || !change || isStill(now, made(row, change));
  });
  const kept = run.back.length - jobs.length;
  return go({ what: run.what, undoing: true, kept }, jobs, [], page);
}

/** The part of a conversation that taking back would change, as it is: what the run made of it. */
function made(row: Conversation, back: Change): Change {
  return {
    ...(back.status && { status: row.status }),
    ...(back.assignee !== undefined && { assignee: row.assignee }),
    ...(back.team !== undefined && { team: row.team }),
    ...(back.priority && { priority: row.priority }),
    ...(back.remove_tags && { add_tags: back.remove_tags }),
    ...(back.add_tags && { remove_tags: back.add_tags }),
  };
}

async function go(
  about: Pick<Run, "what" | "undoing" | "kept">,
  jobs: Job[],
  earlier: readonly Job[],
  page: RunPage,
): Promise<void> {
  if (isRunning()) return;
  clearTimeout(undoTimer);
  const mine = new AbortController();
  stopper = mine;
  const back = [...earlier];
  const failed: Failure[] = [];
  let answers: Conversation[] = [];
  let read: Conversation[] = [];
  let done = 0;
  let waits = false;
  useBulkRun.setState({
    run: {
      ...about,
      phase: "running",
      total: jobs.length,
      done,
      failed,
      left: [],
      gaveUp: null,
      waits,
      back: [],
    },
  });
  const tell = () => {
    // It was forgotten meanwhile: what it brings is nobody's.
    if (stopper !== mine) return;
    if (answers.length + read.length > 0) page.take(answers, read);
    answers = [];
    read = [];
    change({ done, failed: [...failed], waits });
  };
  const work = async (job: Job) => {
    if (isDone(job)) return;
    const path = `/conversations/${job.row.id}`;
    if (!job.change) {
      await api.post<void>(`${path}/read`);
      read.push(job.row);
      return;
    }
    noteMove(job.row.id, job.change);
    const row = await api.patch<Conversation>(path, bodyOf(job.change));
    answers.push(row);
    const undo = about.undoing ? null : backOf(job, Date.now());
    if (undo) back.push({ row, change: undo });
  };
  const timer = setInterval(tell, TELL_MS);
  window.addEventListener("beforeunload", warn);
  const { left, gaveUp } = await workThrough(
    jobs,
    work,
    {
      done: () => {
        done += 1;
      },
      failed: (job, error) => failed.push({ job, reason: problemText(error) }),
      waits: (now) => {
        waits = now;
      },
    },
    mine.signal,
  );
  clearInterval(timer);
  window.removeEventListener("beforeunload", warn);
  if (stopper !== mine) return;
  tell();
  change({ phase: "ended", left, gaveUp: gaveUp === null ? null : problemText(gaveUp), back });
  undoTimer = setTimeout(() => change({ back: [] }), UNDO_MS);
  const { run } = useBulkRun.getState();
  if (run) page.ended?.(run);
}

function change(part: Partial<Run>): void {
  useBulkRun.setState(({ run }) => ({ run: run && { ...run, ...part } }));
}

/** The browser asks whether to close the tab. */
function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
