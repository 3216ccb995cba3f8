// What travels over the socket, both ways.

import type {
  Agent,
  Contact,
  Conversation,
  KeptDraft,
  Message,
  QueueFigures,
  ScheduledState,
  Seen,
  Session,
} from "./api/types";

interface Numbered<Type extends string, Data> {
  seq: number;
  at: string;
  type: Type;
  data: Data;
}

export type MessageEvent = Numbered<
  | "message.received"
  | "message.queued"
  | "message.sent"
  | "message.status_changed"
  | "message.updated"
  | "note.created",
  Message
>;
export type ConversationEvent = Numbered<
  | "conversation.created"
  | "conversation.updated"
  | "conversation.sla_warning"
  | "conversation.sla_breached",
  Conversation
>;
export type ContactEvent = Numbered<"contact.created" | "contact.updated", Contact>;
export type SessionEvent = Numbered<"session.updated", Session>;
/** How a person stands who is given conversations. */
export type AgentEvent = Numbered<"agent.updated", Agent>;
export type NoticeEvent = Numbered<"template.updated" | "quarantine.added", unknown>;

/** A list that people choose from has changed. */
export type DirectoryEvent = Numbered<
  "directory.updated",
  { noun: "tags" | "teams" | "canned_responses" | "views" | "macros" }
>;
/** A note calls the person who is logged in. */
export type MentionEvent = Numbered<"user.mentioned", Message>;

/** What is told of a message that waits for its time: without its words. */
export interface ScheduledNews {
  id: string;
  conversation_id: string;
  /** Null when a program left it. */
  author_id: string | null;
  state: ScheduledState;
  send_at: string;
  reason: string | null;
}
export type ScheduledEvent = Numbered<"scheduled_message.updated", ScheduledNews>;

/** A message that oneself starred, or whose star went, on some device. */
export interface StarNews {
  message_id: string;
  conversation_id: string;
  starred: boolean;
}

export type LiveEvent =
  | MessageEvent
  | ConversationEvent
  | ContactEvent
  | SessionEvent
  | AgentEvent
  | DirectoryEvent
  | MentionEvent
  | ScheduledEvent
  | NoticeEvent;

/** Somebody at a conversation. */
export interface Person {
  id: string;
  name: string;
  activity: Activity;
  since: string;
}

export type Activity = "viewing" | "writing";

export type IncomingFrame =
  | { type: "ready"; cursor: string }
  | { type: "subscribed"; topics: string[]; refused: string[]; cursor: string }
  | { type: "events"; cursor: string; events: LiveEvent[] }
  | { type: "rows"; cursor: string; rows: Conversation[] }
  | { type: "presence"; conversation: string; people: Person[] }
  /** What one began to write on some device; `device` is what that one calls itself. */
  | { type: "draft"; draft: KeptDraft; device: string | null }
  /** What oneself has seen, or marked unread, on some device. */
  | { type: "seen"; seen: Seen }
  | { type: "star"; star: StarNews }
  | { type: "queue"; queue: QueueFigures }
  | { type: "beat"; cursor: string }
  | { type: "reload"; reason: string; cursor?: string }
  | { type: "goodbye"; reconnect_after_ms: number }
  | { type: "error"; code: string }
  | { type: "pong" };

const MESSAGE_EVENTS = new Set<string>([
  "message.received",
  "message.queued",
  "message.sent",
  "message.status_changed",
  "message.updated",
  "note.created",
]);

const CONVERSATION_EVENTS = new Set<string>([
  "conversation.created",
  "conversation.updated",
  "conversation.sla_warning",
  "conversation.sla_breached",
]);

export function isMessageEvent(event: LiveEvent): event is MessageEvent {
  return MESSAGE_EVENTS.has(event.type);
}

export function isConversationEvent(event: LiveEvent): event is ConversationEvent {
  return CONVERSATION_EVENTS.has(event.type);
}

export function isContactEvent(event: LiveEvent): event is ContactEvent {
  return event.type === "contact.created" || event.type === "contact.updated";
}

/** Reads a text frame; what is not understood is nothing. */
export function readFrame(text: unknown): IncomingFrame | null {
  if (typeof text !== "string") return null;
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === "object" && frame !== null && "type" in frame
      ? (frame as IncomingFrame)
      : null;
  } catch {
    return null;
  }
}
