// A stand-in for the hub while the dashboard is developed: the API, the socket, and the built dashboard with
// the headers of the real one. `npm run mock`, then open the address; the log-in page tells how to log in.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { problem, Refusal, send } from "./mock/answers.mjs";
import { receive } from "./mock/chat.mjs";
import { answer } from "./mock/routes.mjs";
import { seed } from "./mock/seed.mjs";
import { attachSocket, cut } from "./mock/socket.mjs";
import { state } from "./mock/state.mjs";

const PORT = Number(process.env.PORT ?? 3000);
const DIST = new URL("../dist", import.meta.url).pathname;
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html",
};
const POLICY =
  "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self' ws: wss:";
const QUIET = process.env.MOCK_QUIET === "1";
const STREAM_MS = 9_000;

seed();

function file(response, path) {
  const wanted = join(DIST, path);
  const name = path !== "/" && existsSync(wanted) ? wanted : join(DIST, "index.html");
  response.writeHead(200, {
    "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
    "Content-Security-Policy": POLICY,
  });
  response.end(readFileSync(name));
}

function mediaFile(response, id) {
  const known = state.media.get(id);
  if (!known?.bytes)
    return problem(response, new Refusal(404, "not_found", "There is no such thing here"));
  response.writeHead(200, { "Content-Type": known.mime, "Content-Length": known.bytes.length });
  response.end(known.bytes);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  if (!url.pathname.startsWith("/api/v1/")) return file(response, url.pathname);
  const signed = /^\/api\/v1\/media\/(med_\w+)$/.exec(url.pathname);
  if (signed && request.method === "GET") return mediaFile(response, signed[1]);
  if (url.pathname === "/api/v1/mock/cut") {
    cut(Number(url.searchParams.get("ms") ?? 0));
    return send(response, 204);
  }
  try {
    const [status, body] = await answer(request, url);
    send(response, status, body);
  } catch (error) {
    if (error instanceof Refusal) return problem(response, error);
    console.error(error);
    problem(response, { status: 500, code: "internal", title: "Something went wrong" });
  }
});
attachSocket(server);
server.listen(PORT, () => console.log(`mock hub on http://127.0.0.1:${PORT}`));

if (!QUIET) {
  setInterval(() => {
    const index = Math.floor(Math.random() * Math.min(12, state.conversations.length));
    const row = state.conversations[index];
    if (row) receive(row, { text: "One more question: do you also repair wheels?" });
  }, STREAM_MS);
}
