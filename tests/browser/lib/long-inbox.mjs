// A hub that only reads, with an inbox as long as wanted: it serves the built dashboard as the real one does, and
// answers what the inbox asks for. Its figures say nothing about the hub, only about the page.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../../web/dist/", import.meta.url));
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html" };
const WORDS = "Hello, where is my order? I wrote last week already. Thank you! Could you look at it again, please?".split(" ");
const MINUTE = 60_000;
const NOW = Date.now();
const ME = { id: id("usr", 1), name: "Mara Lind", email: "mara@example.com", role: "admin", disabled: false, created_at: at(0) };
const TOKENS = { access_token: "a", refresh_token: "r", expires_in: 900, token_type: "Bearer", user: ME };
const TAGS = ["VIP", "Order", "Return", "Wholesale"].map((name, n) => ({
  ...{ id: id("tag", n), name, color: ["purple", "blue", "orange", "teal"][n], created_at: at(0) },
}));
const TEAM = { id: id("team", 1), name: "Orders", members: [ME], created_at: at(0) };
const NUMBER = {
  ...{ id: id("ses", 1), name: "Shop", provider: "cloud_api", phone_number_id: "1", business_account_id: "2" },
  ...{ display_phone_number: "4930901820100", verified_name: "Shop", status: "active", webhook_url: "", verify_token: null },
  ...{ health: { state: "ok", reason: null, quality: "GREEN", last_webhook_at: null, checked_at: null } },
  ...{ created_at: at(0), updated_at: at(0) },
};

function id(prefix, number) {
  return `${prefix}_${String(number).padStart(13, "0")}`;
}

/** So many minutes ago. */
function at(minutes) {
  return new Date(NOW - minutes * MINUTE).toISOString();
}

const words = (seed) => Array.from({ length: 3 + (seed % 12) }, (_, n) => WORDS[(seed * 7 + n) % WORDS.length]).join(" ");

/** Every kind of row: with and without a name, read and unread, answered and waiting, each window. */
function conversation(n) {
  const name = n % 9 === 0 ? null : `${["Ana", "Ben", "Chloé", "Dmitri", "Elif"][n % 5]} ${["Costa", "Weber", "Ito"][n % 3]} ${n}`;
  const last = { id: id("msg", n), direction: n % 3 ? "inbound" : "outbound", type: n % 7 ? "text" : "image" };
  return {
    ...{ id: id("cnv", 999_999 - n), seq: 1_000_000 - n, session_id: NUMBER.id, status: "open", unread: n % 4 ? 0 : n % 6, participants: [], sla: [] },
    contact: { id: id("con", n), name, phone: `491511${String(n).padStart(7, "0")}`, user_id: null, username: null },
    assignee: n % 3 ? { id: ME.id, name: ME.name } : null,
    team: n % 2 ? { id: TEAM.id, name: TEAM.name } : null,
    tags: TAGS.slice(0, n % 4).map((tag) => tag.id),
    priority: ["normal", "normal", "high", "urgent"][n % 4],
    ...{ snoozed_until: null, waiting_since: n % 3 ? at(n) : null, created_at: at(n + 9), updated_at: at(n) },
    last_message: { ...last, text: words(n), status: n % 3 ? "received" : "read", at: at(n) },
    window_expires_at: at(n - 24 * 60),
  };
}

function message(n, conversationId) {
  const inbound = n % 3 !== 0;
  return {
    ...{ id: id("msg", n), seq: 1_000 - n, conversation_id: conversationId, contact_id: id("con", 1), session_id: NUMBER.id },
    ...{ direction: inbound ? "inbound" : "outbound", type: "text", text: words(n), content: { body: words(n) }, media: [] },
    ...{ reply_to: null, context: null, provider_id: `w${n}`, status: inbound ? "received" : "read", error: null },
    author: inbound ? null : { type: "user", id: ME.id, name: ME.name },
    ...{ client_key: null, reactions: [], edited_at: null, revoked_at: null, created_at: at(n), provider_timestamp: null },
  };
}

/** The page of a list that was asked for; `all` gives everything at once. */
function pageOf(list, query, all) {
  const from = Number(query.get("cursor") ?? 0);
  const to = all ? list.length : from + Number(query.get("limit") ?? 50);
  return { data: list.slice(from, to), next_cursor: to < list.length ? String(to) : null };
}

/** Listens on `port`; `hub.whole` says whether the inbox comes in one answer instead of page by page. */
export async function startLongInbox(port, length) {
  const rows = Array.from({ length }, (_, n) => conversation(n));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const hub = { whole: false, close: () => server.close() };
  const lists = { "/users": [ME], "/teams": [TEAM], "/tags": TAGS, "/sessions": [NUMBER], "/mentions": [], "/canned-responses": [], "/views": [], "/macros": [], "/drafts": [] };
  const answer = (path, query) => {
    if (path === "/auth/refresh") return TOKENS;
    if (path === "/me") return { user: ME, organization: { id: "org_1", name: "Shop" } };
    if (path === "/conversations") return pageOf(rows, query, hub.whole);
    const [, , one, part] = path.split("/");
    if (part === "messages") return pageOf(Array.from({ length: 50 }, (_, n) => message(n, one)), query);
    if (part === "scheduled-messages") return pageOf([], query);
    if (byId.has(one)) return byId.get(one);
    return lists[path] ? pageOf(lists[path], query) : null;
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://hub");
    if (!pathname.startsWith("/api/v1")) return file(response, pathname);
    const body = answer(pathname.slice(7), searchParams);
    response.writeHead(body ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body ?? { status: 404 }));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return hub;
}

function file(response, path) {
  const name = extname(path) ? join(DIST, path) : join(DIST, "index.html");
  if (!existsSync(name)) return response.writeHead(404).end();
  const zipped = existsSync(`${name}.gz`);
  const headers = { "content-type": TYPES[extname(name)] ?? "application/octet-stream" };
  if (path.startsWith("/assets/")) headers["cache-control"] = "public, max-age=31536000, immutable";
  if (zipped) headers["content-encoding"] = "gzip";
  response.writeHead(200, headers).end(readFileSync(zipped ? `${name}.gz` : name));
}
