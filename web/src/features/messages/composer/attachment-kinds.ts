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

/** The types that WhatsApp takes; those that it would refuse later are refused when they are chosen. */
const KINDS: Record<string, AttachmentKind> = {
  "image/jpeg": "image",
  "image/png": "image",
  "image/webp": "sticker",
  "video/mp4": "video",
  "video/3gpp": "video",
  "audio/aac": "audio",
  "audio/amr": "audio",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/ogg": "audio",
  "text/plain": "document",
  "application/pdf": "document",
  "application/msword": "document",
  "application/vnd.ms-excel": "document",
  "application/vnd.ms-powerpoint": "document",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "document",
};

/** For files whose type the browser does not know or calls by another name; the hub looks at their bytes. */
const ENDINGS: Record<string, AttachmentKind> = {
  mp3: "audio",
  m4a: "audio",
  aac: "audio",
  amr: "audio",
  ogg: "audio",
  oga: "audio",
  opus: "audio",
  "3gp": "video",
  pdf: "document",
  txt: "document",
  doc: "document",
  docx: "document",
  xls: "document",
  xlsx: "document",
  ppt: "document",
  pptx: "document",
};

/** What the browser's file chooser offers. */
export const ACCEPT = [
  ...Object.keys(KINDS),
  ...Object.keys(ENDINGS).map((ending) => `.${ending}`),
].join(",");

/** Null when WhatsApp takes no such files. */
export function attachmentKind(file: { type: string; name: string }): AttachmentKind | null {
  const type = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  const ending = file.name.toLowerCase().split(".").at(-1) ?? "";
  // Where Excel is installed, these pretend to be one of its files.
  if (ending === "csv") return null;
  return KINDS[type] ?? ENDINGS[ending] ?? null;
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
