// The words of a message that waits. Pure.

import type { ScheduledMessage } from "@/lib/api/types";
import { MAX_CAPTION, MAX_TEXT } from "../composer/attachment-kinds";
import { fields, text } from "../content";
import type { SendBody } from "../outbox";

export interface Words {
  text: string;
  max: number;
  /** There must be some. */
  needed: boolean;
}

export function bodyOf(row: ScheduledMessage): SendBody {
  const body = fields(row.message);
  return { ...body, type: text(body.type) ?? "text" };
}

/** What can be written otherwise; null where there is nothing of the kind. */
export function wordsOf(body: SendBody): Words | null {
  const object = fields(body[body.type]);
  if (body.type === "text") return { text: text(object.body) ?? "", max: MAX_TEXT, needed: true };
  if (!["image", "video", "document"].includes(body.type)) return null;
  return { text: text(object.caption) ?? "", max: MAX_CAPTION, needed: false };
}

/** The same message with other words. */
export function withWords(body: SendBody, words: string): SendBody {
  const object = fields(body[body.type]);
  if (body.type === "text") return { ...body, text: { ...object, body: words } };
  const { caption: _, ...rest } = object;
  return { ...body, [body.type]: words ? { ...rest, caption: words } : rest };
}
