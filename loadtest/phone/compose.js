// Writing: text, files and the things behind the plus.

import { open, quote, send, toast } from "./chat.js";
import { make } from "./bubble.js";

const $ = (id) => document.getElementById(id);
const input = $("input");
const menu = $("menu");
const file = $("file");

/** Base64 makes files a third larger; the simulator takes 100 MB. */
const MAX_FILE = 60 * 1024 * 1024;

function fit() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight + 2, 140)}px`;
}

function submit() {
  const body = input.value.trim();
  if (!body) return;
  const message = open.edit
    ? { type: "edit", message_id: open.edit.id, body }
    : { type: "text", body, reply_to: open.reply?.id };
  input.value = "";
  fit();
  open.edit = null;
  quote(null);
  send(message);
}

function kindOf(mime) {
  if (/^image\/(jpeg|png)/.test(mime)) return "image";
  if (mime === "image/webp") return "sticker";
  if (mime.startsWith("video/")) return "video";
  if (mime.startsWith("audio/")) return "audio";
  return "document";
}

async function attach(chosen) {
  if (chosen.size > MAX_FILE) return toast("The file is too large");
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(chosen);
  });
  const kind = kindOf(chosen.type);
  const caption = ["image", "video", "document"].includes(kind) ? input.value.trim() || undefined : undefined;
  if (caption) input.value = "";
  const reply_to = open.reply?.id;
  quote(null);
  await send({ type: kind, data: address.slice(address.indexOf(",") + 1), filename: chosen.name,
    mime_type: chosen.type || "application/octet-stream", caption, reply_to });
}

const robin = { name: { formatted_name: "Robin Hale", first_name: "Robin", last_name: "Hale" },
  phones: [{ phone: "+44 7700 900321", wa_id: "447700900321", type: "MOBILE" }] };

const things = [
  ["📎", "File", "phone-attach", () => file.click()],
  ["🎙", "Voice", "phone-voice", () => send({ type: "voice", reply_to: open.reply?.id })],
  ["📷", "Photo", "phone-photo", () => send({ type: "image", caption: input.value.trim() || undefined })],
  ["📍", "Location", "phone-location", () => send({ type: "location", latitude: 46.5286, longitude: 8.5943, name: "Trailhead", address: "Val Bedretto" })],
  ["👤", "Contact", "phone-contact", () => send({ type: "contacts", cards: [robin] })],
  ["😊", "Sticker", "phone-sticker", () => send({ type: "sticker" })],
  ["🛒", "Order", "phone-order", () => send({ type: "order", catalog_id: "410000000000001",
    product_items: [{ product_retailer_id: "TENT-POLAR-2", quantity: 1, item_price: 289, currency: "EUR" }] })],
  ["📊", "Poll", "phone-unsupported", () => send({ type: "unsupported", what: "poll_creation" })],
  ["↪", "Forward", "phone-forward", () => send({ type: "text", body: input.value.trim() || "Look at this", forwarded: "once" })],
];

function toggle(shown) {
  menu.hidden = !shown;
  $("more").setAttribute("aria-expanded", String(shown));
}

menu.append(...things.map(([icon, label, id, act]) =>
  make("button", { type: "button", "data-testid": id, onclick: () => { toggle(false); act(); } }, make("span", {}, icon), label)));

$("more").addEventListener("click", () => toggle(menu.hidden));
$("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
input.addEventListener("input", fit);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
});
input.addEventListener("paste", (event) => {
  const pasted = [...(event.clipboardData?.files ?? [])][0];
  if (pasted) { event.preventDefault(); attach(pasted); }
});
file.addEventListener("change", () => { if (file.files[0]) attach(file.files[0]); file.value = ""; });
addEventListener("keydown", (event) => { if (event.key === "Escape") toggle(false); });
