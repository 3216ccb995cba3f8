// A conversation in which every kind of message occurs.

import { picture, sound } from "./files.mjs";
import { iso, state } from "./state.mjs";
import { media, message, summarize } from "./thread.mjs";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Files of weeks, for the list of all files. */
function album(entry) {
  for (let day = 60; day > 1; day -= 1) {
    const at = Date.now() - day * 24 * HOUR;
    const author = { type: "contact", id: entry.contact.id, name: entry.contact.name };
    const part =
      day % 7 === 0
        ? {
            type: "document",
            text: null,
            content: {},
            media: [
              media("application/pdf", Buffer.alloc(2_000 * day), {
                filename: `Invoice ${1000 + day} for the yearly inspection of a very long bike.pdf`,
              }),
            ],
          }
        : { type: "image", content: {}, media: [media("image/png", picture(day, 160, 160))] };
    message(entry, at, { author, ...part });
  }
}

/** One thread that shows every kind of message. */
export function showcase(entry, me, colleague) {
  const thread = state.messages.get(entry.id);
  thread.length = 0;
  album(entry);
  let at = Date.now() - 26 * HOUR;
  const later = (minutes) => {
    at += minutes * MINUTE;
    return at;
  };
  const contact = { type: "contact", id: entry.contact.id, name: entry.contact.name };
  const user = { type: "user", id: me.id, name: me.name };
  const other = { type: "user", id: colleague.id, name: colleague.name };
  const inbound = (part, gap = 2) => message(entry, later(gap), { author: contact, ...part });
  const outbound = (part, gap = 1) =>
    message(entry, later(gap), { direction: "outbound", author: user, ...part });

  inbound({
    text: "Hi, I saw your ad for the *Gravel 3* – is it still available?",
    context: {
      forwarded: false,
      frequently_forwarded: false,
      referral: {
        source_url: "https://example.com/ad",
        source_type: "ad",
        headline: "Gravel 3: now with 15 % off",
        body: "Ride further. Test it this weekend in our shop.",
      },
      referred_product: null,
    },
  });
  const offer = outbound({
    text: "Hello Aisha! It is, in *forest green* and _sand_. See https://example.com/gravel-3",
  });
  const photo = inbound({
    type: "image",
    text: "My current one looks like this",
    content: { id: "901", mime_type: "image/png" },
    media: [media("image/png", picture(5))],
    reactions: [{ emoji: "😍", by: "business" }],
  });
  inbound({
    type: "audio",
    content: { voice: true },
    media: [media("audio/wav", sound(7), { voice: true })],
  });
  outbound({
    text: "Nice! What size do you ride?",
    reply_to: {
      id: photo.id,
      provider_id: photo.provider_id,
      text: photo.text,
      direction: "inbound",
    },
    reactions: [{ emoji: "👍", by: "contact" }],
  });
  message(entry, later(1), {
    direction: "note",
    author: other,
    text: "She was in the shop last week, size M fits. Please offer the 10 % for regulars.",
  });
  outbound({
    type: "interactive",
    text: "Which day suits you for a test ride?",
    content: {
      type: "button",
      body: { text: "Which day suits you for a test ride?" },
      footer: { text: "About 30 minutes" },
      action: {
        buttons: [
          { type: "reply", reply: { id: "fri", title: "Friday 17:00" } },
          { type: "reply", reply: { id: "sat", title: "Saturday 10:00" } },
        ],
      },
    },
  });
  inbound({
    type: "interactive",
    text: "Saturday 10:00",
    content: { type: "button_reply", button_reply: { id: "sat", title: "Saturday 10:00" } },
  });
  outbound({
    type: "location",
    text: "Radwerk Bikes",
    content: {
      latitude: 52.5163,
      longitude: 13.3777,
      name: "Radwerk Bikes",
      address: "Werkstraße 12, Berlin",
    },
    status: "delivered",
  });
  outbound({
    type: "document",
    text: "All sizes and colours",
    content: { id: "1", filename: "Catalogue 2026.pdf" },
    media: [
      media("application/pdf", Buffer.alloc(2_345_678), {
        filename: "Catalogue 2026.pdf",
      }),
    ],
    status: "delivered",
  });
  inbound({
    type: "contacts",
    text: "Jonas Weber",
    content: [
      {
        name: { formatted_name: "Jonas Weber" },
        phones: [{ phone: "+49 170 1234567" }],
        org: { company: "City Couriers" },
      },
    ],
  });
  inbound({
    type: "sticker",
    content: {},
    media: [media("image/webp", picture(9, 256, 256, true))],
  });
  at = Date.now() - 100 * MINUTE;
  inbound({ type: "video", text: null, content: {}, media: [media("video/mp4", null)] });
  inbound({
    type: "image",
    text: null,
    content: {},
    media: [media("image/jpeg", null, { state: "expired" })],
  });
  inbound({
    type: "order",
    text: "Please add lights",
    content: {
      catalog_id: "1",
      text: "Please add lights",
      product_items: [
        { product_retailer_id: "GRAVEL-3-M", quantity: 1, item_price: 1890, currency: "EUR" },
        { product_retailer_id: "LIGHT-SET", quantity: 2, item_price: 39.9, currency: "EUR" },
      ],
    },
  });
  inbound({
    type: "poll",
    text: null,
    content: { type: "poll", poll: { name: "Colour?", options: ["green", "sand"] } },
  });
  message(entry, later(1), {
    type: "system",
    text: "The customer's security code has changed.",
    author: null,
  });
  inbound({ text: "Never mind, wrong chat", revoked_at: iso(at) });
  inbound({
    text: "I'd take the green one",
    edited_at: iso(at),
    context: {
      forwarded: true,
      frequently_forwarded: false,
      referral: null,
      referred_product: null,
    },
  });
  outbound({
    type: "template",
    text: "Hello Aisha, your test ride is confirmed for Saturday 10:00.",
    content: {
      name: "appointment_confirmation",
      language: { code: "en" },
      components: [
        {
          type: "body",
          parameters: [
            { type: "text", text: "Aisha" },
            { type: "text", text: "Saturday 10:00" },
          ],
        },
      ],
    },
  });
  outbound({
    text: "And here is our special offer for you",
    status: "failed",
    error: {
      code: 131049,
      title: "Not delivered to keep the chat healthy",
      advice:
        "WhatsApp limits marketing to this customer at the moment. Try again tomorrow, or wait until they write.",
    },
  });
  outbound({ text: "Did you get the catalogue?", status: "unknown" });
  inbound({
    text: "Yes! Looks great 😊",
    reply_to: {
      id: offer.id,
      provider_id: offer.provider_id,
      text: offer.text,
      direction: "outbound",
    },
  });
  inbound({ text: "👍" }, 1);
  outbound({ text: "See you on Saturday then!", status: "sent" });
  entry.unread = 0;
  entry.updated_at = iso(at);
  entry.contact.name = "Aisha Rahman";
  summarize(entry);
}
