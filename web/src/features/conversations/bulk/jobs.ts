// What is done to many conversations at once, and what takes it back. Pure.

import type { Conversation } from "@/lib/api/types";
import { type Change, statusOf } from "../guesses";
import { isUnseen } from "../seen";

/** What is done, in words; `to` is the colleague, team, tag or the like. */
export interface What {
  name:
    | "close"
    | "reopen"
    | "snooze"
    | "assign"
    | "team"
    | "priority"
    | "addTag"
    | "removeTag"
    | "read";
  to?: string;
}

/** One conversation, as it was before, and what changes; null when it is only looked at. */
export interface Job {
  row: Conversation;
  change: Change | null;
}

/** What takes a change back; null when it changed nothing, or can't be taken back. */
export function backOf({ row, change }: Job, now: number): Change | null {
  if (!change) return null;
  const back: Change = {};
  if (change.status && !(change.status === row.status && change.status !== "snoozed")) {
    Object.assign(back, statusOf(row, now));
  }
  if (change.assignee !== undefined && change.assignee?.id !== row.assignee?.id) {
    back.assignee = row.assignee;
  }
  if (change.team !== undefined && change.team?.id !== row.team?.id) back.team = row.team;
  if (change.priority && change.priority !== row.priority) back.priority = row.priority;
  const added = (change.add_tags ?? []).filter((tag) => !row.tags.includes(tag));
  if (added.length > 0) back.remove_tags = added;
  const removed = (change.remove_tags ?? []).filter((tag) => row.tags.includes(tag));
  if (removed.length > 0) back.add_tags = removed;
  return Object.keys(back).length > 0 ? back : null;
}

/** Whether a conversation is still as a change made it: what somebody did to it since is theirs. */
export function isStill(row: Conversation, change: Change): boolean {
  const { status, assignee, team, priority, add_tags = [], remove_tags = [] } = change;
  return (
    (!status || row.status === status) &&
    (assignee === undefined || row.assignee?.id === assignee?.id) &&
    (team === undefined || row.team?.id === team?.id) &&
    (!priority || row.priority === priority) &&
    add_tags.every((tag) => row.tags.includes(tag)) &&
    !remove_tags.some((tag) => row.tags.includes(tag))
  );
}

/** Whether there is nothing to ask of the hub. */
export function isDone({ row, change }: Job): boolean {
  return change === null && row.unread === 0 && !isUnseen(row);
}
