// As what WhatsApp takes a file, and how large it may be.

export type AttachmentKind = "image" | "video" | "audio" | "document" | "sticker";

const MEGABYTE = 1_000_000;

/** Decimal megabytes, to stay on the safe side of the provider's limits. */
export const MAX_BYTES: Record<AttachmentKind, number> = {
  image: 5 * MEGABYTE,
  video: 16 * MEGABYTE,
  audio: 16 * MEGABYTE,
  document: 100 * MEGABYTE,
  sticker: MEGABYTE / 2,
};

const AUDIO = new Set(["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"]);

export function attachmentKind(file: { type: string; size: number }): AttachmentKind {
  const mime = file.type.split(";")[0]?.trim() ?? "";
  if (mime === "image/jpeg" || mime === "image/png") return "image";
  if (mime === "image/webp" && file.size <= MAX_BYTES.sticker) return "sticker";
  if (mime === "video/mp4" || mime === "video/3gpp") return "video";
  if (AUDIO.has(mime)) return "audio";
  return "document";
}

export function isTooLarge(kind: AttachmentKind, size: number): boolean {
  return size > MAX_BYTES[kind];
}

/** Whether words can go along with it. */
export function takesCaption(kind: AttachmentKind): boolean {
  return kind === "image" || kind === "video" || kind === "document";
}

export const MAX_CAPTION = 1024;
export const MAX_TEXT = 4096;

/** As the hub counts them: an emoji is one or a few, never the halves that it has in memory. */
export function letters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
