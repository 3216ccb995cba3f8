// Things of the hub with everything filled in; a test says only what it is about.

import type {
  Agent,
  AgentFigures,
  CannedResponse,
  ClusterNode,
  Conversation,
  Hit,
  Macro,
  Mention,
  Message,
  NodeReport,
  Notifications,
  QueueFigures,
  ScheduledMessage,
  Session,
  Starred,
  Tag,
  Team,
  Template,
  UserView,
} from "@/lib/api/types";
import type { Pages } from "@/lib/pages";

export const NOW = Date.parse("2026-05-04T12:00:00.000Z");

export function at(minutes: number): string {
  return new Date(NOW + minutes * 60_000).toISOString();
}

export function id(prefix: string, number: number): string {
  return `${prefix}_${String(number).padStart(13, "0")}`;
}

export const ME: UserView = {
  id: id("usr", 1),
  name: "Mara",
  email: "mara@example.com",
  role: "owner",
  disabled: false,
  two_factor: false,
  created_at: at(0),
};

export function aConversation(number: number, part: Partial<Conversation> = {}): Conversation {
  return {
    id: id("cnv", number),
    seq: number,
    session_id: id("ses", 1),
    contact: {
      id: id("con", number),
      name: `Customer ${number}`,
      phone: `49151000${number}`,
      user_id: null,
      username: null,
    },
    status: "open",
    assignee: null,
    participants: [],
    team: null,
    tags: [],
    priority: "normal",
    snoozed_until: null,
    waiting_since: null,
    reserved_until: null,
    opened_at: at(0),
    first_reply_at: null,
    sla: [],
    unread: 0,
    last_message: null,
    window_expires_at: at(600),
    created_at: at(0),
    updated_at: at(number),
    ...part,
  };
}

export function aMessage(number: number, part: Partial<Message> = {}): Message {
  return {
    id: id("msg", number),
    seq: number,
    conversation_id: id("cnv", 1),
    contact_id: id("con", 1),
    session_id: id("ses", 1),
    direction: "inbound",
    type: "text",
    text: `Message ${number}`,
    content: { body: `Message ${number}` },
    media: [],
    reply_to: null,
    context: null,
    provider_id: `wamid.${number}`,
    status: part.direction === "outbound" ? "sent" : "received",
    error: null,
    author: null,
    client_key: null,
    reactions: [],
    edited_at: null,
    revoked_at: null,
    created_at: at(number),
    provider_timestamp: null,
    ...part,
  };
}

export function aSession(part: Partial<Session> = {}): Session {
  return {
    id: id("ses", 1),
    name: "Shop",
    provider: "cloud_api",
    phone_number_id: "100",
    business_account_id: "200",
    display_phone_number: "4930901820100",
    verified_name: "Radwerk",
    status: "active",
    health: {
      state: "ok",
      reason: null,
      quality: "GREEN",
      last_webhook_at: null,
      checked_at: null,
    },
    webhook_url: "https://hub.example.com/webhooks/whatsapp/ses_1",
    verify_token: null,
    created_at: at(0),
    updated_at: at(0),
    ...part,
  };
}

export function aTemplate(part: Partial<Template> = {}): Template {
  return {
    id: id("tpl", 1),
    session_id: id("ses", 1),
    name: "bike_ready",
    language: "en",
    category: "UTILITY",
    status: "APPROVED",
    quality: null,
    parameter_format: "POSITIONAL",
    components: [{ type: "BODY", text: "Hello {{1}}, your bike is ready on {{2}}." }],
    updated_at: at(0),
    ...part,
  };
}

export function aTag(number: number, part: Partial<Tag> = {}): Tag {
  return {
    id: id("tag", number),
    name: `Tag ${number}`,
    color: "blue",
    created_at: at(0),
    ...part,
  };
}

export function aTeam(number: number, part: Partial<Team> = {}): Team {
  return {
    id: id("team", number),
    name: `Team ${number}`,
    members: [],
    session_ids: [],
    routing: {
      strategy: "manual",
      accept_seconds: null,
      overflow_team_id: null,
      overflow_seconds: null,
      skill_seconds: null,
    },
    sla: {
      first_reply_seconds: null,
      reply_seconds: null,
      resolution_seconds: null,
      in_hours: false,
      escalation: null,
    },
    hours: null,
    away_message: null,
    created_at: at(0),
    ...part,
  };
}

export function anAgent(part: Partial<Agent> = {}): Agent {
  return {
    id: ME.id,
    name: ME.name,
    status: "online",
    state: "online",
    reason: null,
    since: at(0),
    capacity: 20,
    skills: [],
    ...part,
  };
}

export function agentFigures(number: number, part: Partial<AgentFigures> = {}): AgentFigures {
  return {
    id: id("usr", number),
    name: `Agent ${number}`,
    state: "online",
    reason: null,
    since: at(0),
    capacity: 20,
    open: 0,
    open_here: 0,
    replies: 0,
    ...part,
  };
}

/** Of a team with that number; 0: of no team. */
export function aQueue(number: number, part: Partial<QueueFigures> = {}): QueueFigures {
  return {
    team: number === 0 ? null : { id: id("team", number), name: `Team ${number}` },
    at: at(0),
    waiting: 0,
    longest_wait_since: null,
    serving: 0,
    unanswered: 0,
    at_risk: 0,
    breached: 0,
    is_open: true,
    opens_at: null,
    arrivals: Array(60).fill(0),
    taken: Array(60).fill(0),
    agents: [],
    ...part,
  };
}

/** How somebody is told what happens who never chose. */
export function notifications(part: Partial<Notifications> = {}): Notifications {
  return {
    desktop: false,
    sound: false,
    messages: true,
    given: true,
    mentions: true,
    waiting: false,
    alerts: { wait_minutes: 15, waiting: 20, breached: 5, desktop: false },
    ...part,
  };
}

export function aReport(part: Partial<NodeReport> = {}): NodeReport {
  return {
    conversations: 1_234,
    sessions: 2,
    lines: [],
    sockets: 17,
    restarts: 0,
    mailbox_full: 0,
    commits_waiting: 0,
    db_waiting: 0,
    jobs_in_hand: 3,
    bus: true,
    memory: 61_500_000,
    ...part,
  };
}

export function aNode(number: number, part: Partial<ClusterNode> = {}): ClusterNode {
  return {
    number,
    name: `node${number}`,
    version: "0.1.0",
    standing: "live",
    this: false,
    keeps_queues: false,
    started_at: at(-60),
    silent_ms: 400,
    report: aReport(),
    ...part,
  };
}

export function aCannedResponse(
  number: number,
  part: Partial<CannedResponse> = {},
): CannedResponse {
  return {
    id: id("can", number),
    owner_id: null,
    shortcut: `text${number}`,
    text: `Text ${number}`,
    updated_at: at(0),
    ...part,
  };
}

export function aMacro(number: number, part: Partial<Macro> = {}): Macro {
  return {
    id: id("mac", number),
    owner_id: null,
    name: `Macro ${number}`,
    actions: [{ do: "set_status", status: "closed" }],
    updated_at: at(0),
    ...part,
  };
}

/** A note of Ben that calls `ME`. */
export function aMention(number: number, part: Partial<Mention> = {}): Mention {
  const { contact } = aConversation(1);
  const message = aMessage(number, {
    direction: "note",
    text: `@Mara look ${number}`,
    content: { body: `@Mara look ${number}`, mentions: [ME.id] },
    author: { type: "user", id: id("usr", 2), name: "Ben" },
  });
  return { message, contact, seen_at: null, ...part };
}

/** A message of the first conversation that `ME` starred; a higher number is a later star. */
export function aStarred(number: number, part: Partial<Starred> = {}): Starred {
  const { contact } = aConversation(1);
  return { message: aMessage(number), contact, starred_at: at(number), ...part };
}

/** A message of `ME` that waits in the first conversation. */
export function aScheduled(number: number, part: Partial<ScheduledMessage> = {}): ScheduledMessage {
  return {
    id: id("sch", number),
    conversation_id: id("cnv", 1),
    contact: aConversation(1).contact,
    author: { type: "user", id: ME.id, name: ME.name },
    send_at: at(60),
    unless_reply: false,
    message: { type: "text", text: { body: `Later ${number}` } },
    text: `Later ${number}`,
    state: "waiting",
    reason: null,
    message_id: null,
    created_at: at(0),
    updated_at: at(0),
    ...part,
  };
}

/** What a search for "delivery" finds. */
export function aHit(number: number, part: Partial<Message> = {}): Hit {
  const excerpt = [
    { text: `Where is my ${number}. `, hit: false },
    { text: "Delivery", hit: true },
    { text: "?", hit: false },
  ];
  const message = aMessage(number, { text: `Where is my ${number}. Delivery?`, ...part });
  return { message, contact: aConversation(number).contact, excerpt };
}

/** A list cut into pages of that size, as it would have been scrolled. */
export function paged<T extends { id: string }>(items: T[], size: number, shown: number): Pages<T> {
  const pages = [];
  for (let start = 0; start < Math.max(1, shown); start += size) {
    const data = items.slice(start, start + size);
    const more = start + size < items.length;
    pages.push({ data, next_cursor: more ? (data.at(-1)?.id ?? null) : null });
    if (!more) break;
  }
  return { pages, pageParams: pages.map(() => null) };
}

/** Random numbers that are the same in every run. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
