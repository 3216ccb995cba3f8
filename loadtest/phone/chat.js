// The open chat: its messages, what can be done with them, ticks and typing.

import * as api from "./api.js";
import { bubble, dayOf, make, summary } from "./bubble.js";

const $ = (id) => document.getElementById(id);
const thread = $("thread");
const typing = $("typing");

/** What is open now; `reply` is the message that the next text answers, `edit` the one that it replaces. */
export const open = { number: null, customer: null, name: "", auto: true, reply: null, edit: null };

let entries = [];
let typingTimer = 0;

export function show(chat) {
  open.customer = chat.key;
  open.name = chat.customer.name;
  open.auto = chat.auto;
  entries = chat.entries;
  $("auto").checked = chat.auto;
  const known = chat.customer.wa_id ? `+${chat.customer.wa_id}` : chat.customer.user_id;
  $("bar-line").replaceChildren("as ", make("bdi", {}, chat.customer.name), " · ", make("bdi", {}, known));
  setTyping(chat.typing ? 25_000 : 0);
  quote(null);
  draw();
  report();
}

export function clear() {
  entries = [];
  open.customer = null;
  thread.replaceChildren();
}

/** An event of the stream that belongs to the open chat. */
export function take(event) {
  if (event.type === "message") {
    const known = entries.findIndex((entry) => entry.id === event.message.id);
    if (known >= 0) entries[known] = event.message;
    else entries.push(event.message);
    if (event.message.direction === "outbound") setTyping(0);
    draw();
    report();
  } else if (event.type === "reaction") {
    const entry = find(event.id);
    if (entry) entry[event.by === "business" ? "business_reaction" : "customer_reaction"] = event.emoji || null;
    draw();
  } else if (event.type === "seen") {
    const last = entries.findIndex((entry) => entry.id === event.up_to);
    entries.slice(0, last + 1).forEach((entry) => { if (entry.direction === "inbound") entry.seen = true; });
    draw();
  } else if (event.type === "typing") {
    setTyping(event.for_ms);
  }
}

/** With "auto ticks" off, the hub learns from this page what the customer got and read. */
export function report() {
  if (open.auto || !open.customer || document.hidden) return;
  const step = document.hasFocus() ? "read" : "delivered";
  api.saw(open.number, open.customer, step).catch(() => {});
}

export function quote(entry) {
  open.reply = entry;
  if (entry) open.edit = null;
  drawQuote(entry ? "Reply" : null, entry);
}

function edit(entry) {
  open.reply = null;
  open.edit = entry;
  drawQuote("Edit", entry);
  $("input").value = entry.content.body;
  $("input").focus();
}

function drawQuote(title, entry) {
  const box = $("quote");
  box.hidden = !title;
  box.querySelector("strong").textContent = title ?? "";
  box.querySelector("span").textContent = summary(entry);
}

export function toast(text) {
  const box = $("toast");
  box.textContent = text;
  box.hidden = false;
  setTimeout(() => { box.hidden = true; }, 4000);
}

/** Sends something as the open customer. */
export async function send(message) {
  if (!open.customer) return toast("Choose a customer first");
  try {
    await api.write(open.number, open.customer, message);
  } catch (error) {
    toast(error.message);
  }
}

const find = (id) => entries.find((entry) => entry.id === id);

const does = {
  reply(entry) { quote(entry); $("input").focus(); },
  edit,
  revoke: (entry) => send({ type: "revoke", message_id: entry.id }),
  tap: (entry, index) => send({ type: "tap", message_id: entry.id, index }),
  location: (entry) => send({ type: "location", latitude: 46.5286, longitude: 8.5943, name: "Trailhead", reply_to: entry.id }),
  react: (entry, emoji) => send({ type: "reaction", message_id: entry.id, emoji: entry.customer_reaction === emoji ? "" : emoji }),
};

function draw() {
  const nearEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;
  const rows = [];
  let lastDay = "";
  for (const entry of entries) {
    const today = dayOf(entry.at_ms);
    if (today !== lastDay) rows.push(make("li", { class: "day" }, today));
    lastDay = today;
    rows.push(bubble(entry, find, does));
  }
  thread.replaceChildren(...rows);
  if (nearEnd || thread.scrollTop === 0) thread.scrollTop = thread.scrollHeight;
}

function setTyping(ms) {
  clearTimeout(typingTimer);
  typing.hidden = !ms;
  if (ms) typingTimer = setTimeout(() => { typing.hidden = true; }, ms);
}

$("quote").querySelector("button").addEventListener("click", () => { open.edit = null; quote(null); });
$("auto").addEventListener("change", async (change) => {
  open.auto = change.target.checked;
  if (open.customer) await api.setAuto(open.number, open.customer, open.auto);
  report();
});
addEventListener("focus", report);
document.addEventListener("visibilitychange", report);
