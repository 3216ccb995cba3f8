// What a message becomes when it is said again to somebody else. Pure.

import type { Message } from "@/lib/api/types";
import { type Fields, fields, list, readPlace, text } from "../content";
import type { SendBody } from "../outbox";

export interface Forwarded {
  body: SendBody;
  /** Files lie at one number, and can be sent from no other. */
  hasFile: boolean;
}

const FILES = ["image", "video", "audio", "document", "sticker"];
const CAPTIONED = ["image", "video", "document"];

/** Null for what is not forwarded: notes, templates, and what only its own conversation understands. */
export function forwardedOf(message: Message): Forwarded | null {
  const { direction, type, content } = message;
  if (direction === "note" || message.revoked_at) return null;
  if (FILES.includes(type) || type === "voice") return fileOf(message);
  const plain = (object: unknown) => ({ body: { type, [type]: object }, hasFile: false });
  if (type === "text") return message.text ? plain(wordsOf(message.text)) : null;
  if (type === "location") {
    const place = readPlace(content);
    return place && plain(withoutEmpty({ ...place }));
  }
  if (type === "contacts") {
    const cards = list(Array.isArray(content) ? content : fields(content).contacts);
    return cards.length > 0 ? plain(cards.map(cardOf)) : null;
  }
  // A customer's choice says nothing elsewhere; a header's picture belongs to its number.
  const hasHeader = !["", "text"].includes(text(fields(fields(content).header).type) ?? "");
  if (type === "interactive" && direction === "outbound" && !hasHeader) return plain(content);
  return null;
}

function wordsOf(body: string) {
  return { body, ...(/https?:\/\//i.test(body) && { preview_url: true }) };
}

function fileOf(message: Message): Forwarded | null {
  const [media] = message.media;
  if (media?.state !== "stored") return null;
  const type = message.type === "voice" ? "audio" : message.type;
  const caption = message.text === media.filename ? null : message.text;
  const object = {
    id: media.id,
    ...(CAPTIONED.includes(type) && caption && { caption }),
    ...(type === "document" && media.filename && { filename: media.filename }),
    ...(media.voice && { voice: true }),
  };
  return { body: { type, [type]: object }, hasFile: true };
}

/** What WhatsApp tells of a card is more than it takes. */
function cardOf(card: Fields): Fields {
  const name = fields(card.name);
  const full = text(name.formatted_name) ?? text(name.first_name) ?? "";
  const company = text(fields(card.org).company);
  const phones = list(card.phones).flatMap(({ phone, wa_id, type }) => {
    const shown = text(phone) ?? text(wa_id);
    return shown ? [withoutEmpty({ phone: shown, wa_id, type })] : [];
  });
  const emails = list(card.emails).flatMap(({ email, type }) =>
    text(email) ? [withoutEmpty({ email, type })] : [],
  );
  return {
    // WhatsApp wants one more part of the name beside the formatted one.
    name: {
      formatted_name: full,
      first_name: text(name.first_name) ?? full.split(/\s+/)[0] ?? full,
    },
    ...(phones.length > 0 && { phones }),
    ...(emails.length > 0 && { emails }),
    ...(company && { org: { company } }),
  };
}

function withoutEmpty(object: Fields): Fields {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null && value !== undefined),
  );
}
