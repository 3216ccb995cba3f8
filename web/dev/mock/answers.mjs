// How the mock answers: JSON, problems, pages.

export class Refusal extends Error {
  constructor(status, code, title, detail = null) {
    super(title);
    Object.assign(this, { status, code, title, detail });
  }
}

export function send(response, status, body) {
  if (body === undefined) return response.writeHead(status).end();
  if (Buffer.isBuffer(body)) {
    response.writeHead(status, { "Content-Type": "text/csv; charset=utf-8" });
    return response.end(body);
  }
  const kind = status >= 400 ? "application/problem+json" : "application/json";
  response.writeHead(status, { "Content-Type": kind });
  response.end(JSON.stringify(body));
}

export function problem(response, { status, code, title, detail = null }) {
  send(response, status, { type: "about:blank", title, status, code, detail });
}

/** Entries of the audit log as the text of a CSV file. */
export function sheet(entries) {
  const cell = (value) => `"${String(value ?? "").replaceAll('"', '""')}"`;
  const rows = entries.map(({ id, at, actor, action, subject, details }) => [
    id,
    at,
    actor.kind,
    actor.id,
    actor.name,
    action,
    subject,
    JSON.stringify(details),
  ]);
  const head = ["id", "at", "actor_type", "actor_id", "actor_name", "action", "subject", "details"];
  return Buffer.from([head, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join(""));
}

/** A page of a list; the cursor is the id of the last entry. */
export function page(list, query) {
  const limit = Math.min(200, Number(query.get("limit") ?? 50));
  const after = query.get("cursor");
  const start = after ? list.findIndex((entry) => entry.id === after) + 1 : 0;
  const data = list.slice(start, start + limit);
  const more = start + limit < list.length;
  return { data, next_cursor: more ? data.at(-1).id : null };
}

export async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The parts of a multipart body: small and good enough for a browser's form. */
export function readParts(body, contentType) {
  const boundary = Buffer.from(`--${/boundary=(.+)$/.exec(contentType)?.[1]}`);
  const parts = {};
  let at = body.indexOf(boundary);
  while (at >= 0) {
    const next = body.indexOf(boundary, at + boundary.length);
    if (next < 0) break;
    const part = body.subarray(at + boundary.length + 2, next - 2);
    const split = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, split).toString();
    const name = /name="([^"]+)"/.exec(head)?.[1];
    parts[name] = {
      filename: /filename="([^"]*)"/.exec(head)?.[1],
      type: /Content-Type: (.+)/i.exec(head)?.[1]?.trim(),
      data: part.subarray(split + 4),
    };
    at = next;
  }
  return parts;
}
