// One message as the phone shows it. Texts go in as text nodes only, never as HTML.

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export const timeOf = (ms) => clock.format(ms);
export const dayOf = (ms) => day.format(ms);

/** A line for lists and quotes. */
export function summary(entry) {
  if (!entry) return "";
  if (entry.revoked) return "Message deleted";
  const content = entry.content ?? {};
  const shown = content.shown ?? {};
  const line = {
    text: content.body,
    image: content.caption || "📷 Photo",
    video: content.caption || "🎞 Video",
    audio: content.voice ? "🎙 Voice message" : "🎵 Audio",
    document: content.caption || `📄 ${content.filename ?? "Document"}`,
    sticker: "Sticker",
    location: `📍 ${content.name ?? "Location"}`,
    contacts: "👤 Contact",
    template: shown.body ?? content.name,
    interactive: content.body?.text ?? content.button_reply?.title ?? content.list_reply?.title ?? "Reply",
    button: content.text,
    order: "🛒 Order",
  }[entry.type];
  return line ?? `(${entry.type})`;
}

/** The whole message; `does` holds what can be done with it. */
export function bubble(entry, find, does) {
  const own = entry.direction === "inbound";
  const body = make("div", { class: `bubble${entry.type === "sticker" && !entry.revoked ? " bare" : ""}` });
  if (entry.forwarded) body.append(make("span", { class: "mark" }, "↪ Forwarded"));
  if (entry.reply_to) {
    const quoted = find(entry.reply_to);
    body.append(make("div", { class: "quoted", dir: "auto" }, quoted ? summary(quoted) : "An earlier message"));
  }
  if (entry.revoked) body.append(make("span", { class: "mark" }, "Message deleted"));
  else body.append(...parts(entry));
  body.append(meta(entry, own));
  return make(
    "li",
    { class: "message", tabindex: "0", "data-testid": "phone-message", "data-direction": entry.direction, "data-id": entry.id,
      "data-type": entry.type, "data-seen": own ? String(entry.seen) : undefined },
    body,
    reactions(entry),
    own || entry.revoked ? null : choices(entry, does),
    actions(entry, own, does),
  );
}

function meta(entry, own) {
  const line = make("span", { class: "meta" });
  if (entry.edited) line.append(make("span", {}, "edited"));
  line.append(make("time", {}, timeOf(entry.at_ms)));
  if (own) {
    line.append(make("span", { class: `ticks${entry.seen ? " seen" : ""}`, title: entry.seen ? "Read" : "Delivered" }, "✓✓"));
  }
  return line;
}

function parts(entry) {
  const content = entry.content ?? {};
  switch (entry.type) {
    case "text": return [linked(content.body ?? "")];
    case "image": return [picture(content, "Photo"), linked(content.caption ?? "")];
    case "sticker": return [picture(content, "Sticker", "sticker")];
    case "video": return [media("video", content), linked(content.caption ?? "")];
    case "audio": return [media("audio", content)];
    case "document": return [file(content), linked(content.caption ?? "")];
    case "location": return [place(content)];
    case "contacts": return (Array.isArray(content) ? content : []).map(person);
    case "template": return template(content);
    case "interactive": return interactive(content);
    case "button": return [linked(content.text ?? "")];
    case "order": return [order(content)];
    default: return [make("span", { class: "mark" }, `Something of the kind “${content?.type ?? entry.type}”`)];
  }
}

const source = (content) => (content.id ? `/sim/media/${encodeURIComponent(content.id)}` : undefined);

function picture(content, alt, kind) {
  if (!source(content)) return elsewhere(content);
  return make("img", { src: source(content), alt: content.caption ?? alt, class: kind, loading: "lazy" });
}

function media(tag, content) {
  if (!source(content)) return elsewhere(content);
  return make(tag, { src: source(content), controls: true, preload: "metadata" });
}

function file(content) {
  if (!source(content)) return elsewhere(content);
  return make("a", { class: "card", href: source(content), target: "_blank", rel: "noopener" },
    make("span", {}, "📄"), make("span", {}, content.filename ?? "Document", make("small", {}, "Open")));
}

/** A file that is only linked: shown as a link, because this page asks nobody but the simulator. */
function elsewhere(content) {
  return make("span", { class: "card" }, make("span", {}, "🔗"), make("span", {}, content.link ?? "File"));
}

function place(content) {
  return make("span", { class: "card" }, make("span", {}, "📍"),
    make("span", {}, content.name ?? "Location",
      make("small", {}, [content.address, `${content.latitude}, ${content.longitude}`].filter(Boolean).join(" · "))));
}

function person(card) {
  return make("span", { class: "card" }, make("span", {}, "👤"),
    make("span", {}, card.name?.formatted_name ?? "Contact", make("small", {}, (card.phones ?? []).map((p) => p.phone).join(", "))));
}

function order(content) {
  const items = content.product_items ?? [];
  const total = items.reduce((sum, item) => sum + Number(item.item_price) * Number(item.quantity), 0);
  return make("span", { class: "card" }, make("span", {}, "🛒"),
    make("span", {}, `${items.length} item${items.length === 1 ? "" : "s"}`,
      make("small", {}, `${total.toFixed(2)} ${items[0]?.currency ?? ""}`)));
}

function template(content) {
  const shown = content.shown ?? {};
  const head = shown.media ? [picture(shown.media[shown.media.type] ?? {}, "Header")] : [];
  if (shown.header) head.push(make("h3", {}, shown.header));
  return [...head, linked(shown.body ?? content.name ?? ""), ...(shown.footer ? [make("footer", {}, shown.footer)] : [])];
}

function interactive(content) {
  if (content.button_reply) return [linked(content.button_reply.title)];
  if (content.list_reply) {
    return [linked(content.list_reply.title), ...(content.list_reply.description ? [make("footer", {}, content.list_reply.description)] : [])];
  }
  if (content.nfm_reply) return [content.nfm_reply.body ?? "Form sent"];
  const header = content.header ?? {};
  const head = header.type === "text" ? [make("h3", {}, header.text)] : header.type ? [picture(header[header.type] ?? {}, "Header")] : [];
  return [...head, linked(content.body?.text ?? ""), ...(content.footer ? [make("footer", {}, content.footer.text)] : [])];
}

/** Text with its web addresses clickable. */
function linked(text) {
  const span = make("span", { class: "words", dir: "auto" });
  for (const piece of text.split(/(https?:\/\/[^\s<>"]+)/)) {
    span.append(/^https?:\/\//.test(piece) ? make("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece) : piece);
  }
  return span;
}

/** Lists that the customer opened; they stay open when the thread is drawn again. */
const unfolded = new Set();

function fold(id, list) {
  list.hidden = !list.hidden;
  if (list.hidden) unfolded.delete(id);
  else {
    unfolded.add(id);
    list.scrollIntoView({ block: "nearest" });
  }
}

function choices(entry, does) {
  const content = entry.content ?? {};
  const tap = (index) => () => does.tap(entry, index);
  let buttons = [];
  if (entry.type === "template") {
    buttons = (content.shown?.buttons ?? []).map((button, index) => button.type === "QUICK_REPLY"
      ? make("button", { type: "button", "data-testid": "phone-choice", onclick: tap(index) }, button.text)
      : make("button", { type: "button", disabled: true, title: button.url }, `↗ ${button.text}`));
  } else if (content.type === "button") {
    buttons = (content.action?.buttons ?? []).map((button, index) =>
      make("button", { type: "button", "data-testid": "phone-choice", onclick: tap(index) }, button.reply?.title ?? ""));
  } else if (content.type === "list") {
    const rows = (content.action?.sections ?? []).flatMap((section) => section.rows ?? []);
    const list = make("div", { class: "choices", hidden: !unfolded.has(entry.id) }, ...rows.map((row, index) =>
      make("button", { type: "button", "data-testid": "phone-row", onclick: tap(index) }, row.title, row.description ? make("small", {}, row.description) : "")));
    const open = make("button", { type: "button", "data-testid": "phone-choice", onclick: () => fold(entry.id, list) }, `☰ ${content.action?.button ?? "Choose"}`);
    buttons = [open, list];
  } else if (content.type === "cta_url") {
    buttons = [make("button", { type: "button", disabled: true, title: content.action?.parameters?.url }, `↗ ${content.action?.parameters?.display_text ?? ""}`)];
  } else if (content.type === "location_request_message") {
    buttons = [make("button", { type: "button", "data-testid": "phone-choice", onclick: () => does.location(entry) }, "📍 Send location")];
  }
  return buttons.length ? make("div", { class: "choices" }, ...buttons) : null;
}

function reactions(entry) {
  const emojis = [entry.customer_reaction, entry.business_reaction].filter(Boolean);
  return emojis.length ? make("div", { class: "reactions" }, ...emojis.map((emoji) => make("span", { "data-testid": "phone-reaction" }, emoji))) : null;
}

function actions(entry, own, does) {
  if (entry.revoked) return null;
  const button = (label, text, onclick, id) => make("button", { type: "button", "aria-label": label, title: label, onclick, "data-testid": id }, text);
  const emojis = ["👍", "❤️", "😂", "🙏"].map((emoji) => button(`React ${emoji}`, emoji, () => does.react(entry, emoji), "phone-react"));
  return make("div", { class: "actions" },
    button("Reply", "↩", () => does.reply(entry), "phone-reply"),
    ...emojis,
    own && entry.type === "text" ? button("Edit", "✎", () => does.edit(entry), "phone-edit") : null,
    own ? button("Delete for everyone", "🗑", () => does.revoke(entry), "phone-revoke") : null);
}
