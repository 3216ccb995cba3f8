// Messages that the hub has not confirmed yet: one entry, and one bubble, per idempotency key.

import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { Message } from "@/lib/api/types";

/** The Cloud API's message object without `to`. */
export type SendBody = { type: string } & Record<string, unknown>;

export interface Parcel {
  key: string;
  conversationId: string;
  sessionId: string;
  body: SendBody;
  /** To be uploaded first; its id then goes into the body. */
  file: File | null;
  /** Shown until the file is at the hub. */
  fileUrl: string | null;
  createdAt: string;
  state: "uploading" | "sending" | "failed";
  /** Of the upload, 0 to 1. */
  progress: number;
  problem: string | null;
  /** The failure may pass by itself (no network, hub restarting). */
  passing: boolean;
}

interface Outbox {
  parcels: Parcel[];
}

/**
 * Survives a reload of the tab, except for files. What was on its way then is sent again under the same key
 * as soon as there is a connection: if it had arrived, the hub recognises it.
 */
export const useOutbox = create<Outbox>()(
  persist((): Outbox => ({ parcels: [] }), {
    name: "outbox",
    version: 1,
    storage: createJSONStorage(() => sessionStorage),
    partialize: ({ parcels }) => ({
      parcels: parcels
        .filter((parcel) => parcel.fileUrl === null)
        .map((parcel): Parcel => ({ ...parcel, state: "failed", passing: true })),
    }),
  }),
);

export function addParcel(parcel: Parcel): void {
  useOutbox.setState(({ parcels }) => ({ parcels: [...parcels, parcel] }));
}

export function changeParcel(key: string, part: Partial<Parcel>): void {
  useOutbox.setState(({ parcels }) => ({
    parcels: parcels.map((parcel) => (parcel.key === key ? { ...parcel, ...part } : parcel)),
  }));
}

export function findParcel(key: string): Parcel | undefined {
  return useOutbox.getState().parcels.find((parcel) => parcel.key === key);
}

export function dropParcel(key: string): void {
  const parcel = findParcel(key);
  if (parcel?.fileUrl) URL.revokeObjectURL(parcel.fileUrl);
  useOutbox.setState(({ parcels }) => ({ parcels: parcels.filter((other) => other.key !== key) }));
}

/** Those of a conversation that the thread does not show yet under the same key. */
export function unconfirmed(
  parcels: Parcel[],
  conversationId: string,
  messages: Message[],
): Parcel[] {
  const mine = parcels.filter((parcel) => parcel.conversationId === conversationId);
  if (mine.length === 0) return mine;
  const confirmed = new Set(messages.map((message) => message.client_key));
  return mine.filter((parcel) => !confirmed.has(parcel.key));
}
