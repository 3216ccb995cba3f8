import type { Message } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

/** Enough to fill a window, and quick to have. */
const PAGE = 40;

export const SHELVES = ["seen", "document", "audio"] as const;

/** Pictures and videos together, or one of the other types. */
export type Shelf = (typeof SHELVES)[number];

/**
 * Messages of a conversation that have files, newest first. The hub knows one type at a time: pictures and videos are
 * picked from all.
 */
export function filesQuery(conversationId: string, shelf: Shelf) {
  const query = { files: true, type: shelf === "seen" ? undefined : shelf, limit: PAGE };
  return {
    ...pagedQuery<Message>(
      keys.files(conversationId, shelf),
      `/conversations/${conversationId}/messages`,
      query,
    ),
    staleTime: 0,
  };
}

/** Whether a message stands on a shelf; what its author took back stands on none. */
export function isOn(shelf: Shelf, { type, media, revoked_at: revokedAt }: Message): boolean {
  if (media.length === 0 || revokedAt) return false;
  if (shelf === "seen") return type === "image" || type === "video";
  return type === shelf || (shelf === "audio" && type === "voice");
}
