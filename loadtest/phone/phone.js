// The page: which number, which customer, and the list of chats.

import * as api from "./api.js";
import { make, summary, timeOf } from "./bubble.js";
import * as chat from "./chat.js";
import "./compose.js";

const $ = (id) => document.getElementById(id);
const { open } = chat;
const fresh = new Set();
let numbers = [];
let chats = [];
let redraw = 0;

const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
const hue = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);

function paint(node, name) {
  node.textContent = initials(name);
  node.style.setProperty("--hue", hue(name));
}

async function loadNumbers() {
  numbers = await api.listNumbers();
  const wanted = new URLSearchParams(location.search).get("number") ?? open.number;
  $("number").replaceChildren(...numbers.map((number) =>
    make("option", { value: number.phone_number_id }, `${number.verified_name} · ${number.display_phone_number}`)));
  if (numbers.some((number) => number.phone_number_id === wanted)) $("number").value = wanted;
  open.number = $("number").value || null;
}

async function loadChats() {
  if (!open.number) return;
  chats = (await api.listCustomers(open.number)).filter((row) => row.last || row.key === open.customer);
  drawChats();
}

function drawChats() {
  $("chats").replaceChildren(...chats.map((row) => {
    const avatar = make("span", { class: "avatar", "aria-hidden": "true" });
    paint(avatar, row.customer.name);
    return make("button", {
      class: `chat-row${fresh.has(row.key) ? " fresh" : ""}`, type: "button", "data-testid": "phone-chat", "data-customer": row.key,
      "aria-current": String(row.key === open.customer), onclick: () => openChat(row.key),
    }, avatar,
      make("div", {}, make("strong", { dir: "auto" }, row.customer.name), make("span", { class: "line", dir: "auto" }, summary(row.last))),
      make("time", {}, row.last ? timeOf(row.last.at_ms) : ""));
  }));
}

async function openChat(customer) {
  if (!open.number) return chat.toast("The simulator has no numbers yet");
  try {
    const whole = await api.getChat(open.number, customer);
    fresh.delete(whole.key);
    const number = numbers.find((each) => each.phone_number_id === open.number);
    $("bar-name").textContent = number.verified_name;
    paint($("bar-avatar"), number.verified_name);
    $("customer").value = whole.customer.wa_id ? `+${whole.customer.wa_id}` : whole.key;
    document.body.dataset.view = "chat";
    document.body.dataset.customer = whole.key;
    chat.show(whole);
    remember();
    await loadChats();
    $("input").focus({ preventScroll: true });
  } catch (error) {
    chat.toast(error.message);
  }
}

function remember() {
  const query = new URLSearchParams({ number: open.number });
  if (open.customer) query.set("customer", open.customer);
  history.replaceState(null, "", `?${query}`);
}

function take(event) {
  if (event.phone_number_id !== open.number) return;
  if (event.customer === open.customer) chat.take(event);
  else if (event.type === "message") fresh.add(event.customer);
  if (event.type !== "message") return;
  clearTimeout(redraw);
  redraw = setTimeout(loadChats, 150);
}

async function catchUp() {
  await loadNumbers();
  await loadChats();
  if (open.customer) await openChat(open.customer);
}

$("number").addEventListener("change", async () => {
  open.number = $("number").value;
  fresh.clear();
  chat.clear();
  document.body.dataset.view = "list";
  remember();
  await loadChats();
});
$("customer-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = $("customer").value.trim();
  if (typed) openChat(typed);
});
$("back").addEventListener("click", () => { document.body.dataset.view = "list"; });

const people = await api.listContacts();
$("known").replaceChildren(...people.map((person) => make("option", { value: `+${person.wa_id}` }, person.name)));
await loadNumbers();
await loadChats();
const wanted = new URLSearchParams(location.search).get("customer");
if (wanted && open.number) await openChat(wanted);
document.body.dataset.ready = "true";
let first = true;
api.listen(take, () => { if (first) first = false; else catchUp(); });
