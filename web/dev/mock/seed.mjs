// Fills the mock with an organization that has been at work for some days.

import { picture, sound } from "./files.mjs";
import { iso, newId, state } from "./state.mjs";
import { LINES, PEOPLE } from "./threads.mjs";

const HOUR = 3_600_000;
const MINUTE = 60_000;

function user(name, email, role) {
  const entry = { id: newId("usr"), name, email, role, disabled: false, created_at: iso() };
  state.users.push(entry);
  return entry;
}

function session(name, digits, health) {
  const id = newId("ses");
  const entry = {
    id,
    name,
    provider: "cloud_api",
    phone_number_id: `10${digits.slice(0, 12)}`,
    business_account_id: "200300400500600",
    display_phone_number: digits,
    verified_name: "Radwerk Bikes",
    status: "active",
    health,
    webhook_url: `https://hub.example.com/webhooks/whatsapp/${id}`,
    verify_token: "b7f3c1d9a2e84f60",
    created_at: iso(),
    updated_at: iso(),
  };
  state.sessions.push(entry);
  return entry;
}

export function media(mime, bytes, part = {}) {
  const entry = {
    id: newId("med"),
    mime_type: mime,
    filename: null,
    size: bytes?.length ?? null,
    state: bytes ? "stored" : "pending",
    url: null,
    voice: false,
    animated: false,
    error: null,
    ...part,
  };
  entry.url = bytes ? `/api/v1/media/${entry.id}?token=mock` : null;
  state.media.set(entry.id, { bytes, mime });
  return entry;
}

export function message(conversation, at, part) {
  state.seq += 1;
  const entry = {
    id: newId("msg", at),
    seq: state.seq,
    conversation_id: conversation.id,
    contact_id: conversation.contact.id,
    session_id: conversation.session_id,
    direction: "inbound",
    type: "text",
    text: null,
    content: null,
    media: [],
    reply_to: null,
    context: null,
    provider_id: `wamid.${newId("x", at)}`,
    status: part.direction === "outbound" ? "read" : "received",
    error: null,
    author: null,
    client_key: null,
    reactions: [],
    edited_at: null,
    revoked_at: null,
    created_at: iso(at),
    provider_timestamp: iso(at),
    ...part,
  };
  entry.content ??= { body: entry.text };
  state.messages.get(conversation.id).push(entry);
  return entry;
}

export function summarize(conversation) {
  const last = state.messages
    .get(conversation.id)
    .filter((entry) => entry.type !== "reaction" && entry.type !== "system")
    .at(-1);
  conversation.last_message = last && {
    id: last.id,
    direction: last.direction,
    type: last.type,
    text: last.text?.slice(0, 200) ?? null,
    status: last.status,
    at: last.created_at,
  };
}

function conversation(index, agents) {
  const [name, phone] = PEOPLE[index % PEOPLE.length];
  const variant = Math.floor(index / PEOPLE.length);
  const contact = {
    id: newId("con"),
    name: name && variant ? `${name} ${variant + 1}` : name,
    phone: index % 13 === 9 ? null : String(BigInt(phone) + BigInt(variant * 17)),
    user_id: index % 13 === 9 ? "US.13491208655302741" : null,
    username: index % 7 === 3 ? "dois.pedais" : null,
    opted_out_at: index === 6 ? iso(Date.now() - 72 * HOUR) : null,
    identities: [],
    created_at: iso(Date.now() - 900 * HOUR),
    updated_at: iso(),
  };
  state.contacts.push(contact);
  const { opted_out_at, identities, created_at, updated_at, ...brief } = contact;
  const entry = {
    id: newId("cnv"),
    seq: 0,
    session_id: state.sessions[index % 4 === 3 ? 1 : 0].id,
    contact: brief,
    status: index < 40 ? "open" : index < 50 ? "pending" : "closed",
    assignee: index % 3 === 0 ? { id: agents[0].id, name: agents[0].name } : null,
    team: null,
    tags: [],
    unread: 0,
    last_message: null,
    window_expires_at: null,
    created_at: iso(),
    updated_at: iso(),
  };
  state.conversations.push(entry);
  state.messages.set(entry.id, []);
  return entry;
}

function chat(entry, index, me) {
  const language = PEOPLE[index % PEOPLE.length][2];
  const lines = LINES[language];
  const age =
    index < 4 ? (index * 7 + 1) * MINUTE : index * 37 * MINUTE + (index % 9 === 5 ? 20 * HOUR : 0);
  const end = Date.now() - age;
  const rounds = index === 0 ? 60 : 3 + (index % 4);
  for (let round = 0; round < rounds; round += 1) {
    const at = end - (rounds - round) * 3.1 * HOUR;
    const [question, answer] = lines[round % lines.length];
    message(entry, at, {
      text: question,
      author: { type: "contact", id: entry.contact.id, name: entry.contact.name },
    });
    message(entry, at + 4 * MINUTE, {
      direction: "outbound",
      text: answer,
      author: { type: "user", id: me.id, name: me.name },
    });
  }
  const unread = index % 4 === 0 ? 1 + (index % 3) : 0;
  for (let i = 0; i < unread; i += 1) {
    message(entry, end - (unread - i) * MINUTE, { text: lines[i % lines.length][0] });
  }
  entry.unread = unread;
  entry.updated_at = iso(end);
  const lastInbound = state.messages.get(entry.id).findLast((m) => m.direction === "inbound");
  entry.window_expires_at = iso(new Date(lastInbound.created_at).getTime() + 24 * HOUR);
  if (index === 2) entry.window_expires_at = iso(Date.now() + 47 * MINUTE);
  if (index === 5 || index === 11) entry.window_expires_at = iso(Date.now() - 3 * HOUR);
  if (index === 14) entry.window_expires_at = iso(Date.now() + 2.4 * HOUR);
  summarize(entry);
  entry.updated_at = entry.last_message.at;
  state.seq += 1;
  entry.seq = state.seq;
}

/** One thread that shows every kind of message. */
function showcase(entry, me, colleague) {
  const thread = state.messages.get(entry.id);
  thread.length = 0;
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

function templates() {
  const add = (name, language, category, components, extra = {}) => {
    for (const each of state.sessions) {
      state.templates.push({
        id: newId("tpl"),
        session_id: each.id,
        name,
        language,
        category,
        status: "APPROVED",
        quality: "GREEN",
        parameter_format: "POSITIONAL",
        components,
        updated_at: iso(),
        ...extra,
      });
    }
  };
  add("appointment_confirmation", "en", "UTILITY", [
    {
      type: "BODY",
      text: "Hello {{1}}, your test ride is confirmed for {{2}}.",
      example: { body_text: [["Ann", "Friday 17:00"]] },
    },
    { type: "FOOTER", text: "Radwerk Bikes" },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Change the date" }] },
  ]);
  add("bike_ready", "de", "UTILITY", [
    { type: "HEADER", format: "TEXT", text: "Ihr Rad ist fertig, {{1}}" },
    {
      type: "BODY",
      text: "Sie können es ab {{1}} abholen. Die Rechnung beträgt {{2}}.",
      example: { body_text: [["heute, 16 Uhr", "89 €"]] },
    },
    {
      type: "BUTTONS",
      buttons: [
        {
          type: "URL",
          text: "Rechnung ansehen",
          url: "https://example.com/r/{{1}}",
          example: ["48213"],
        },
      ],
    },
  ]);
  add(
    "spring_sale",
    "en",
    "MARKETING",
    [
      { type: "HEADER", format: "IMAGE" },
      {
        type: "BODY",
        text: "Hi {{first_name}}, spring is here: {{discount}} off everything with two wheels.",
      },
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Show me" },
          { type: "QUICK_REPLY", text: "Stop" },
        ],
      },
    ],
    { parameter_format: "NAMED" },
  );
  add("we_are_back", "en", "UTILITY", [
    { type: "BODY", text: "We are back in the office and happy to answer. How can we help?" },
  ]);
  add("winter_check", "de", "MARKETING", [{ type: "BODY", text: "Zeit für den Wintercheck!" }], {
    status: "REJECTED",
  });
}

export function seed() {
  const owner = user("Mara Lindqvist", "owner@demo.test", "owner");
  const colleague = user("Theo Brandt", "supervisor@demo.test", "supervisor");
  user("Ines Costa", "agent1@demo.test", "agent");
  user("Karim Aziz", "agent2@demo.test", "agent");
  user("Olivia Stone", "agent3@demo.test", "agent");
  const good = {
    state: "ok",
    reason: null,
    quality: "GREEN",
    last_webhook_at: iso(),
    checked_at: iso(Date.now() - HOUR),
  };
  session("Shop", "4930901820100", good);
  session("Workshop", "4930901820101", {
    ...good,
    state: "limited",
    quality: "YELLOW",
    reason: "WhatsApp lowered this number's quality; fewer customers can be reached by templates.",
  });
  templates();
  for (let index = 0; index < 60; index += 1)
    chat(conversation(index, [owner]), index, index % 5 === 1 ? colleague : owner);
  showcase(state.conversations[2], owner, colleague);
  state.quarantine.push({
    id: newId("qua"),
    reason: "The body is no JSON that WhatsApp sends",
    source: "webhook",
    session_id: state.sessions[0].id,
    received_at: iso(Date.now() - 5 * HOUR),
    tries: 1,
    payload: { object: "whatsapp_business_account", entry: "?" },
    resolved_at: null,
  });
  for (const [action, subject] of [
    ["session.created", state.sessions[0].id],
    ["user.role_changed", state.users[1].id],
    ["conversation.status_changed", state.conversations[4].id],
  ]) {
    state.audit.push({
      id: newId("aud"),
      at: iso(Date.now() - 9 * HOUR),
      actor: { kind: "user", id: owner.id, name: owner.name },
      action,
      subject,
      details: { from: "agent", to: "supervisor" },
    });
  }
  state.apiKeys.push({
    id: newId("key"),
    name: "Web shop",
    prefix: "cc_live_7fk2",
    role: "agent",
    created_at: iso(),
    expires_at: null,
    last_used_at: iso(Date.now() - 12 * MINUTE),
  });
}
