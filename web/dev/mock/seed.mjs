// Fills the mock with an organization that has been at work for some days.

import { newTeam } from "./queues.mjs";
import { scheduled } from "./scheduled.mjs";
import { markSeen, seedStar } from "./seen.mjs";
import { showcase } from "./showcase.mjs";
import { iso, newId, state } from "./state.mjs";
import { message, summarize } from "./thread.mjs";
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

const briefOf = ({ id, name }) => ({ id, name });

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
    participants: [],
    team: index % 4 < 2 ? briefOf(state.teams[Math.floor(index / 4) % 2]) : null,
    tags: index % 3 === 1 ? [state.tags[index % state.tags.length].id] : [],
    priority: index % 9 === 2 ? "urgent" : "normal",
    snoozed_until: null,
    // One has just been given to the owner.
    reserved_until: index === 9 ? iso(Date.now() + 10 * MINUTE) : null,
    waiting_since: null,
    opened_at: iso(),
    first_reply_at: null,
    sla: [],
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

/** The first conversation has some that wait and one that was not sent. */
function forLater(conversation, me, colleague) {
  const text = (body) => ({ type: "text", text: { body } });
  scheduled(conversation, me, {
    send_at: iso(Date.now() + 20 * HOUR),
    unless_reply: true,
    message: text("Did the new chain arrive in one piece?"),
  });
  scheduled(conversation, colleague, {
    send_at: iso(Date.now() + 90 * HOUR),
    message: text("Your bike has its yearly check next week. Shall we keep Tuesday at ten?"),
  });
  scheduled(conversation, me, {
    send_at: iso(Date.now() - 2 * HOUR),
    message: text("We are open until six today."),
    state: "failed",
    reason: "window_closed",
  });
}

/** What the owner and the others made of some conversations. */
function together(owner, colleagues) {
  const [first, second, third, fourth, fifth, sixth] = state.conversations;
  first.participants = colleagues.slice(0, 2).map(({ id }) => id);
  third.participants = [owner.id];
  sixth.participants = [owner.id];
  markSeen(second, owner, true);
  markSeen(fourth, owner, false);
  // A colleague has read what came since; nobody has answered it.
  markSeen(fifth, owner, false);
  fifth.unread = 0;
  message(fifth, Date.now() - 3 * MINUTE, { text: "And could I bring it tomorrow at nine?" });
  fifth.updated_at = iso(Date.now() - 3 * MINUTE);
  summarize(fifth);
  const said = (row) => state.messages.get(row.id).filter(({ text }) => text);
  seedStar(said(third)[0], owner, Date.now() - 26 * HOUR);
  seedStar(said(third).at(-3), owner, Date.now() - HOUR);
  seedStar(said(first).at(-9), owner, Date.now() - 5 * HOUR);
}

export function seed() {
  const owner = user("Mara Lindqvist", "owner@demo.test", "owner");
  const colleague = user("Theo Brandt", "supervisor@demo.test", "supervisor");
  const ines = user("Ines Costa", "agent1@demo.test", "agent");
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
  newTeam({
    name: "Workshop",
    member_ids: state.users.map(({ id }) => id),
    session_ids: [state.sessions[1].id],
    routing: {
      strategy: "round_robin",
      accept_seconds: 600,
      reply_goal_seconds: 7_200,
      overflow_team_id: null,
      overflow_seconds: null,
    },
  });
  newTeam({ name: "Advice", member_ids: [owner.id, colleague.id] });
  for (let index = 0; index < 60; index += 1)
    chat(conversation(index, [owner]), index, index % 5 === 1 ? colleague : owner);
  showcase(state.conversations[2], owner, colleague);
  forLater(state.conversations[0], owner, colleague);
  together(owner, [colleague, ines]);
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
    made_by: owner.name,
  });
}
