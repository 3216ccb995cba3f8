// The state of the live connection for those who show it, and the way to look at a topic.

import { createContext, useContext, useEffect } from "react";
import { create } from "zustand";
import type { ConnectionState, LiveSocket } from "./socket";

export const useConnection = create<ConnectionState>(() => ({
  phase: "idle",
  retryAt: null,
  staleSince: null,
}));

export const SocketContext = createContext<LiveSocket | null>(null);

/** Looks at a topic while the component is there. */
export function useTopic(topic: string | null): void {
  const socket = useContext(SocketContext);
  useEffect(() => {
    if (!socket || !topic) return;
    return socket.subscribe(topic);
  }, [socket, topic]);
}

/** The same for several. */
export function useTopics(topics: string[]): void {
  const socket = useContext(SocketContext);
  const names = topics.join(" ");
  useEffect(() => {
    if (!socket || !names) return;
    const leave = names.split(" ").map((topic) => socket.subscribe(topic));
    return () => {
      for (const stop of leave) stop();
    };
  }, [socket, names]);
}

export function useSocket(): LiveSocket | null {
  return useContext(SocketContext);
}
