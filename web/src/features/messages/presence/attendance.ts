// Who is at which conversation, as the hub last told it. Nothing of it is kept: it is true for seconds.

import { useCallback, useEffect, useMemo, useRef } from "react";
import { create } from "zustand";
import { useConnection, useSocket } from "@/lib/connection";
import { useLogin } from "@/lib/session-user";
import type { Person } from "@/lib/socket-frames";

/** Who began to write with less than this between them began at the same moment: two nodes may see it the other way. */
const SAME_MOMENT_MS = 1_000;
/** Whoever wrote nothing for so long looks on, whatever stands in the field. */
export const PAUSE_MS = 30_000;

interface Attendance {
  people: Record<string, Person[]>;
}

export const useAttendance = create<Attendance>(() => ({ people: {} }));

export function takePresence(conversation: string, people: Person[]): void {
  useAttendance.setState((known) => ({ people: { ...known.people, [conversation]: people } }));
}

const NOBODY: Person[] = [];

/** The others at a conversation; nobody while the line is down, because nobody knows. */
export function useOthers(conversation: string): Person[] {
  const people = useAttendance((known) => known.people[conversation] ?? NOBODY);
  const isLive = useConnection((line) => line.phase === "connected");
  const me = useLogin((login) => login.user?.id);
  return useMemo(
    () => (isLive ? people.filter((person) => person.id !== me) : NOBODY),
    [people, me, isLive],
  );
}

/** Whoever began an answer first sends it; the other is asked. */
export function hasRival(conversation: string, others: Person[]): boolean {
  const me = useLogin.getState().user?.id;
  const people = useAttendance.getState().people[conversation] ?? NOBODY;
  const mine = people.find(({ id, activity }) => id === me && activity === "writing");
  return others.some((other) => other.activity === "writing" && !isBefore(mine, other));
}

/** Nobody has heard yet of what was begun just now. */
function isBefore(mine: Person | undefined, other: Person): boolean {
  if (!mine) return false;
  const between = Date.parse(other.since) - Date.parse(mine.since);
  return Math.abs(between) < SAME_MOMENT_MS ? mine.id < other.id : between > 0;
}

/** Says that somebody looks at the conversation while the component is there. */
export function useAttend(conversation: string): void {
  const socket = useSocket();
  useEffect(() => {
    socket?.attend(conversation);
    return () => {
      socket?.attend(null);
      useAttendance.setState(({ people: { [conversation]: _, ...rest } }) => ({ people: rest }));
    };
  }, [socket, conversation]);
}

/** Says that an answer is being written, and when it no longer is. */
export function useWriting(conversation: string): { write(): void; rest(): void } {
  const socket = useSocket();
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isWriting = useRef(false);
  const rest = useCallback(() => {
    clearTimeout(pause.current);
    if (isWriting.current) socket?.attend(conversation);
    isWriting.current = false;
  }, [socket, conversation]);
  const write = useCallback(() => {
    clearTimeout(pause.current);
    pause.current = setTimeout(rest, PAUSE_MS);
    if (!isWriting.current) socket?.attend(conversation, "writing");
    isWriting.current = true;
  }, [socket, conversation, rest]);
  // Whoever has left says nothing of it any more: they are somewhere else by then.
  const leave = useCallback(() => {
    clearTimeout(pause.current);
    isWriting.current = false;
  }, []);
  useEffect(() => leave, [leave]);
  return { write, rest };
}
