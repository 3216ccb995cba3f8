// The API's routes, as far as the dashboard uses them.

import { page, Refusal, readBody, readParts, sheet } from "./answers.mjs";
import { post, receive, retry } from "./chat.mjs";
import { chooseScene, showCluster } from "./cluster.mjs";
import { keepDraft, listDrafts } from "./drafts.mjs";
import { endHandedOut, INVITATION_ROUTES } from "./invitations.mjs";
import { changeParticipants } from "./participants.mjs";
import {
  accept,
  agentOf,
  agents,
  changeAgent,
  line,
  newTeam,
  queues,
  takeNext,
  writeTeam,
} from "./queues.mjs";
import { SCHEDULED_ROUTES } from "./scheduled.mjs";
import { isUnseen, markSeen, SEEN_ROUTES, withSeen } from "./seen.mjs";
import { audit, byId, iso, newId, state, tell } from "./state.mjs";
import {
  deleteMacro,
  deleteView,
  listMacros,
  listViews,
  saveMacro,
  saveView,
  stepsOf,
} from "./tools.mjs";

const PASSWORD = "demo-password";
const NOTIFICATIONS = {
  desktop: false,
  sound: false,
  messages: true,
  given: true,
  mentions: true,
  waiting: false,
  alerts: { wait_minutes: 15, waiting: 20, breached: 5, desktop: false },
};
const EXPIRES = Number(process.env.MOCK_TOKEN_SECONDS ?? 900);

function tokens(user) {
  const refresh = newId("rft");
  state.refreshTokens.set(refresh, user.id);
  const access = `${user.id}.${Date.now() + EXPIRES * 1000}.${newId("jwt")}`;
  return {
    access_token: access,
    refresh_token: refresh,
    expires_in: EXPIRES,
    token_type: "Bearer",
    user,
  };
}

export function userOf(token) {
  const [id, until] = (token ?? "").split(".");
  return Number(until) > Date.now() ? byId(state.users, id) : undefined;
}

const notificationsOf = ({ id }) => state.notifications.get(id) ?? NOTIFICATIONS;

function found(list, id) {
  const entry = byId(list, id);
  if (!entry) throw new Refusal(404, "not_found", "There is no such thing here");
  return entry;
}

function inbox(query, user) {
  const [status, assignee, session] = ["status", "assignee", "session"].map((name) =>
    query.get(name),
  );
  const q = query.get("q")?.toLowerCase();
  const participant = query.get("participant") === "me" ? user.id : query.get("participant");
  const unseen = query.get("unseen") === "true";
  const wanted = status ?? (unseen ? "open" : null);
  return state.conversations
    .filter((row) => !wanted || row.status === wanted)
    .filter((row) => !unseen || isUnseen(row, user))
    .filter((row) => !participant || row.participants.includes(participant))
    .filter((row) => !session || row.session_id === session)
    .filter((row) => !query.get("priority") || row.priority === query.get("priority"))
    .filter((row) => !query.get("tag") || row.tags.includes(query.get("tag")))
    .filter((row) => {
      const team = query.get("team");
      return !team || (row.team?.id ?? "none") === team;
    })
    .filter((row) => {
      if (assignee === "me") return row.assignee?.id === user.id;
      if (assignee === "none") return row.assignee === null;
      return !assignee || row.assignee?.id === assignee;
    })
    .filter(
      (row) =>
        !q ||
        [row.contact.name, row.contact.phone, row.contact.username].some((text) =>
          text?.toLowerCase().includes(q),
        ),
    )
    .sort((a, b) => (a.updated_at < b.updated_at === (query.get("sort") !== "oldest") ? 1 : -1))
    .map((row) => withSeen(row, user));
}

function change(row, body, user) {
  changeParticipants(row, body);
  if (body.status) row.status = body.status;
  if ("assignee_id" in body) {
    const assignee = byId(state.users, body.assignee_id);
    row.assignee = assignee ? { id: assignee.id, name: assignee.name } : null;
    row.reserved_until = null;
  }
  if ("team_id" in body) {
    const team = byId(state.teams, body.team_id);
    row.team = team ? { id: team.id, name: team.name } : null;
  }
  if (body.status) row.snoozed_until = body.snoozed_until ?? null;
  if (body.priority) row.priority = body.priority;
  row.tags = [...new Set([...row.tags, ...(body.add_tags ?? [])])].filter(
    (tag) => !body.remove_tags?.includes(tag),
  );
  audit(user, "conversation.updated", row.id, body);
  tell("conversation.updated", row, row);
  return row;
}

const routes = [];
const on = (method, path, handle, open = false) =>
  routes.push({
    method,
    pattern: new RegExp(`^${path.replace(/:\w+/g, "([^/]+)")}$`),
    handle,
    open,
  });

on(
  "GET",
  "/setup",
  () => ({
    registration_open: !state.registered,
    demo: state.registered ? { email: "owner@demo.test", password: PASSWORD } : null,
    version: "0.1.0",
    mail: state.mail,
  }),
  true,
);
on(
  "POST",
  "/auth/login",
  ({ body }) => {
    const user = state.users.find((each) => each.email === body.email);
    if (!user || body.password !== PASSWORD)
      throw new Refusal(401, "invalid_credentials", "E-mail or password is wrong");
    return tokens(user);
  },
  true,
);
on(
  "POST",
  "/auth/register",
  ({ body }) => {
    const user = {
      id: newId("usr"),
      name: body.name,
      email: body.email ?? "new@demo.test",
      role: "owner",
      disabled: false,
      created_at: iso(),
    };
    state.users.push(user);
    state.registered = true;
    return [201, tokens(user)];
  },
  true,
);
on(
  "POST",
  "/auth/refresh",
  ({ body }) => {
    const id = state.refreshTokens.get(body.refresh_token);
    state.refreshTokens.delete(body.refresh_token);
    if (!id) throw new Refusal(401, "refresh_token_reused", "The session was ended");
    return tokens(byId(state.users, id));
  },
  true,
);
on("POST", "/auth/logout", () => [204]);
on("POST", "/auth/forgot-password", () => [202], true);
on("POST", "/auth/reset-password", () => [204], true);
on(
  "GET",
  "/auth/invitations/:token",
  () => ({ email: "new@demo.test", role: "agent", organization: "Radwerk Bikes" }),
  true,
);
on("GET", "/me", ({ user }) => ({ user, organization: { id: "org_0", name: "Radwerk Bikes" } }));
on("PATCH", "/me", ({ user, body }) => ({
  user: Object.assign(user, body),
  organization: { id: "org_0", name: "Radwerk Bikes" },
}));
on("GET", "/me/notifications", ({ user }) => notificationsOf(user));
on("PUT", "/me/notifications", ({ user, body }) => {
  // Without alerts they are as before.
  state.notifications.set(user.id, { ...notificationsOf(user), ...body });
  return notificationsOf(user);
});
on("POST", "/me/password", ({ body }) => {
  if (body.current !== PASSWORD)
    throw new Refusal(401, "invalid_credentials", "E-mail or password is wrong");
  return [204];
});

on("GET", "/conversations", ({ query, user }) => page(inbox(query, user), query));
on("GET", "/conversations/:id", ({ id, user }) => withSeen(found(state.conversations, id), user));
on("PATCH", "/conversations/:id", ({ id, body, user }) =>
  change(found(state.conversations, id), body, user),
);
on("POST", "/conversations/:id/macros/:macro/run", ({ id, other, user, key }) => {
  const row = found(state.conversations, id);
  const { bodies, change: changes } = stepsOf(found(state.macros, other), row, user);
  const messages = bodies.map((body) => post(row, body, `${key} ${body.type}`, user));
  return { conversation: change(row, changes, user), messages };
});
on("POST", "/conversations/:id/read", ({ id, user }) => {
  const row = found(state.conversations, id);
  markSeen(row, user, false);
  if (row.unread > 0) {
    row.unread = 0;
    tell("conversation.updated", row, row);
  }
  return [204];
});
on("POST", "/conversations/:id/typing", () => [204]);
on("GET", "/conversations/:id/messages", ({ id, query }) => {
  const thread = state.messages.get(id);
  if (!thread) throw new Refusal(404, "not_found", "There is no such thing here");
  const [files, type] = ["files", "type"].map((name) => query.get(name));
  const wanted = thread
    .filter(({ media }) => files !== "true" || media.length > 0)
    .filter((each) => !type || each.type === type);
  return page(
    wanted.sort((a, b) => (a.id < b.id ? 1 : -1)),
    query,
  );
});
on("POST", "/conversations/:id/messages", ({ id, body, user, key }) => [
  202,
  post(found(state.conversations, id), body, key, user),
]);
for (const route of [...SCHEDULED_ROUTES, ...SEEN_ROUTES, ...INVITATION_ROUTES]) on(...route);
on("POST", "/messages", ({ body, user, key }) => {
  const row = state.conversations.find((each) => each.session_id === body.session_id);
  return [202, post(row, body, key, user)];
});
on("POST", "/messages/:id/retry", ({ id, user }) => [202, retry(id, user)]);
on("POST", "/media", async ({ raw, type }) => {
  const { file } = readParts(raw, type);
  const id = newId("med");
  const view = {
    id,
    mime_type: file.type,
    filename: file.filename,
    size: file.data.length,
    state: "stored",
    url: `/api/v1/media/${id}?token=mock`,
    voice: false,
    animated: false,
    error: null,
  };
  state.media.set(id, { bytes: file.data, mime: file.type, view });
  return [201, view];
});
on("GET", "/media/:id/link", ({ id }) => ({
  url: `/api/v1/media/${id}?token=${Date.now()}`,
  expires_at: iso(Date.now() + 300_000),
}));

on("GET", "/contacts/:id", ({ id }) => found(state.contacts, id));
on("PATCH", "/contacts/:id", ({ id, body }) => {
  const contact = Object.assign(found(state.contacts, id), { name: body.name, updated_at: iso() });
  for (const row of state.conversations.filter((each) => each.contact.id === id)) {
    row.contact.name = body.name;
    tell("conversation.updated", row, row);
  }
  return contact;
});

on("GET", "/sessions", ({ query }) => page(state.sessions, query));
on("POST", "/sessions", ({ body, user }) => {
  const id = newId("ses");
  const { access_token, app_secret, ...shown } = body;
  const entry = {
    id,
    verify_token: newId("vt"),
    ...shown,
    display_phone_number: null,
    verified_name: null,
    status: "active",
    health: {
      state: "unknown",
      reason: null,
      quality: null,
      last_webhook_at: null,
      checked_at: null,
    },
    webhook_url: `http://localhost:3000/webhooks/whatsapp/${id}`,
    created_at: iso(),
    updated_at: iso(),
  };
  state.sessions.push(entry);
  audit(user, "session.created", id, shown);
  return [201, entry];
});
on("PATCH", "/sessions/:id", ({ id, body }) => {
  const entry = Object.assign(found(state.sessions, id), body, { updated_at: iso() });
  tell("session.updated", entry);
  return entry;
});
on("DELETE", "/sessions/:id", ({ id }) => {
  state.sessions = state.sessions.filter((each) => each.id !== id);
  return [204];
});
on("POST", "/sessions/:id/test", ({ id }) => {
  const entry = found(state.sessions, id);
  Object.assign(entry, {
    display_phone_number: entry.display_phone_number ?? "4930901820199",
    verified_name: "Radwerk Bikes",
    updated_at: iso(),
  });
  entry.health = {
    ...entry.health,
    state: "ok",
    reason: null,
    quality: "GREEN",
    checked_at: iso(),
  };
  tell("session.updated", entry);
  return entry;
});
on("POST", "/sessions/:id/templates/sync", () => [202, { job_id: newId("job") }]);
on("GET", "/templates", ({ query }) => {
  const [session, status] = [query.get("session"), query.get("status")];
  return page(
    state.templates.filter(
      (each) => each.session_id === session && (!status || each.status === status),
    ),
    query,
  );
});

const plain = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
/** The text in pieces; those that begin with one of the words are marked. */
const excerpt = (text, words) =>
  text
    .split(/([\p{L}\p{N}]+)/u)
    .filter(Boolean)
    .map((piece) => ({ text: piece, hit: words.some((word) => plain(piece).startsWith(word)) }));
on("GET", "/messages", ({ query }) => {
  const words = plain(query.get("q") ?? "").match(/[\p{L}\p{N}]+/gu) ?? [];
  const is = (name, value) => !query.get(name) || query.get(name) === value;
  const hits = [...state.messages.values()]
    .flat()
    .filter((each) => each.text && words.length > 0)
    .filter((each) => is("direction", each.direction) && is("type", each.type))
    .filter((each) => is("author", each.author?.id) && is("session", each.session_id))
    .filter((each) => !query.get("since") || each.created_at >= query.get("since"))
    .filter((each) => !query.get("until") || each.created_at < query.get("until"))
    .filter((each) => {
      const there = plain(each.text).match(/[\p{L}\p{N}]+/gu) ?? [];
      return words.every((word) => there.some((one) => one.startsWith(word)));
    })
    .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
    .map((message) => ({
      message,
      contact: byId(state.conversations, message.conversation_id).contact,
      excerpt: excerpt(message.text, words),
    }));
  return page(hits, query);
});
on("GET", "/mentions", ({ query, user }) =>
  page(
    [...state.messages.values()]
      .flat()
      .filter((each) => each.direction === "note" && each.content?.mentions?.includes(user.id))
      .map((message) => ({
        message,
        contact: byId(state.conversations, message.conversation_id).contact,
        seen_at: null,
      }))
      .sort((a, b) => (a.message.id < b.message.id ? 1 : -1)),
    query,
  ),
);
on("GET", "/canned-responses", ({ query }) =>
  page(
    [
      ["hello", "Hello {{contact.first_name}}, {{agent.first_name}} here. How can I help?"],
      ["hours", "We are open from Monday to Saturday, 10 to 18."],
    ].map(([shortcut, text]) => ({
      id: `can_${shortcut}`,
      owner_id: null,
      shortcut,
      text,
      updated_at: iso(),
    })),
    query,
  ),
);
on("GET", "/views", ({ query, user }) => listViews(query, user));
on("POST", "/views", ({ body, user }) => [201, saveView(body, user)]);
on("PUT", "/views/:id", ({ id, body, user }) => saveView(body, user, found(state.views, id).id));
on("DELETE", "/views/:id", ({ id }) => [204, deleteView(found(state.views, id).id)]);
on("GET", "/macros", ({ query, user }) => listMacros(query, user));
on("POST", "/macros", ({ body, user }) => [201, saveMacro(body, user)]);
on("PUT", "/macros/:id", ({ id, body, user }) => saveMacro(body, user, found(state.macros, id).id));
on("DELETE", "/macros/:id", ({ id }) => [204, deleteMacro(found(state.macros, id).id)]);
on("GET", "/drafts", ({ query, user }) => listDrafts(query, user));
on("PUT", "/conversations/:id/draft", ({ id, body, user }) =>
  keepDraft(found(state.conversations, id).id, body, user),
);
on("DELETE", "/conversations/:id/draft", ({ id, user }) => {
  keepDraft(found(state.conversations, id).id, {}, user);
  return [204];
});
on("GET", "/messages/:id", ({ id }) => found([...state.messages.values()].flat(), id));
on("GET", "/tags", ({ query }) => page(state.tags, query));
on("GET", "/teams", ({ query }) => page(state.teams, query));
on("POST", "/teams", ({ body }) => [201, newTeam(body)]);
on("PATCH", "/teams/:id", ({ id, body }) => writeTeam(found(state.teams, id), body));
on("DELETE", "/teams/:id", ({ id }) => {
  state.teams = state.teams.filter((each) => each.id !== id);
  return [204];
});
on("GET", "/teams/:id/line", ({ id, query }) => page(line(found(state.teams, id)), query));
on("GET", "/queues", ({ user }) => ({ data: queues(user) }));
on("POST", "/queues/next", ({ user }) => takeNext(user));
on("POST", "/conversations/:id/accept", ({ id }) => accept(found(state.conversations, id)));
on("GET", "/agents", ({ query }) => page(agents(), query));
on("PATCH", "/agents/:id", ({ id, body }) =>
  changeAgent(found(state.users, id), body, body.status ? "forced" : null),
);
on("GET", "/me/status", ({ user }) => agentOf(user));
on("PUT", "/me/status", ({ user, body }) => changeAgent(user, body, body.idle ? "idle" : null));
on("GET", "/users", ({ query }) => page(state.users, query));
on("PATCH", "/users/:id", ({ id, body: { keep_api_keys: keepsKeys, ...change } }) => {
  const user = Object.assign(found(state.users, id), change);
  if (user.disabled) endHandedOut(user, keepsKeys);
  return user;
});
on("POST", "/users/:id/reset-link", () => [
  201,
  { url: `http://localhost:3000/reset-password/${newId("tok")}`, expires_at: iso() },
]);
on("GET", "/api-keys", ({ query }) => page(state.apiKeys, query));
on("POST", "/api-keys", ({ body, user }) => {
  const apiKey = {
    id: newId("key"),
    prefix: "cc_live_x81m",
    expires_at: null,
    last_used_at: null,
    created_at: iso(),
    made_by: user.name,
    ...body,
  };
  state.apiKeys.push(apiKey);
  return [201, { api_key: apiKey, key: `cc_live_x81m${newId("k")}${newId("k")}` }];
});
on("DELETE", "/api-keys/:id", ({ id }) => {
  state.apiKeys = state.apiKeys.filter((each) => each.id !== id);
  return [204];
});
const inSpan = (query) => (entry) =>
  (!query.get("since") || entry.at >= query.get("since")) &&
  (!query.get("until") || entry.at < query.get("until"));
on("GET", "/audit-log", ({ query }) => page(state.audit.filter(inSpan(query)), query));
on("GET", "/audit-log/export", ({ query }) => [200, sheet(state.audit.filter(inSpan(query)))]);
on("GET", "/quarantine", ({ query }) => page(state.quarantine, query));
for (const way of ["replay", "discard"]) {
  on("POST", `/quarantine/:id/${way}`, ({ id }) => {
    state.quarantine = state.quarantine.filter((each) => each.id !== id);
    return [204];
  });
}
on("GET", "/cluster", () => showCluster());

// Strings to pull while developing and taking pictures.
on(
  "POST",
  "/mock/receive",
  ({ body }) => receive(state.conversations[body.index ?? 0], { text: body.text ?? "Hello?" }),
  true,
);
on(
  "POST",
  "/mock/fail-next",
  ({ body }) => {
    state.failNext = body.count;
    return [204];
  },
  true,
);
on("POST", "/mock/cluster", ({ body }) => chooseScene(body.scene), true);
on(
  "POST",
  "/mock/first-start",
  () => {
    state.registered = false;
    state.sessions = [];
    state.conversations = [];
    return [204];
  },
  true,
);

/** The answer to a request, as [status, body]. */
export async function answer(request, url) {
  const path = url.pathname.slice("/api/v1".length);
  const route = routes.find((each) => each.method === request.method && each.pattern.test(path));
  if (!route) throw new Refusal(404, "not_found", "There is no such thing here");
  const user = userOf(request.headers.authorization?.replace("Bearer ", ""));
  if (!user && !route.open) throw new Refusal(401, "unauthorized", "Sign in first");
  const raw = await readBody(request);
  const type = request.headers["content-type"] ?? "";
  const body = type.includes("json") && raw.length > 0 ? JSON.parse(raw.toString()) : {};
  const [, id, other] = route.pattern.exec(path);
  const result = await route.handle({
    id,
    other,
    body,
    raw,
    type,
    user,
    query: url.searchParams,
    key: request.headers["idempotency-key"],
  });
  return Array.isArray(result) ? result : [200, result];
}
