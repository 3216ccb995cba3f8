// Under which names answers of the hub are cached.

import type { Priority, ScheduledState } from "./api/types";

export interface InboxFilters {
  status: "open" | "pending" | "snoozed" | "closed" | "all";
  /** `me`, `none`, `all` or a user's id. */
  assignee: string;
  /** `none`, `all` or a team's id. */
  team: string;
  /** A tag's id, or `all`. */
  tag: string;
  priority: Priority | "all";
  /** A number's id, or `all`. */
  session: string;
  /** Who takes part beside the assignee: `me`, `all` or a user's id. */
  participant: string;
  /** `true`: what oneself has not seen. */
  unseen: "true" | "all";
  q: string;
  /** By last activity. */
  sort: "newest" | "oldest";
}

/** Messages that wait for their times, or waited. */
export interface ScheduledFilter {
  /** Of one conversation; else of all. */
  conversation?: string;
  state: ScheduledState;
  author?: "me";
}

export const keys = {
  me: ["me"] as const,
  setup: ["setup"] as const,
  notifications: ["notifications"] as const,
  twoFactor: ["two-factor"] as const,
  logins: ["logins"] as const,
  conversationLists: ["conversations"] as const,
  conversations: (filters: InboxFilters) => ["conversations", filters] as const,
  conversation: (id: string) => ["conversation", id] as const,
  anyConversation: ["conversation"] as const,
  /** What waits for a team, next first. */
  line: (teamId: string) => ["line", teamId] as const,
  anyLine: ["line"] as const,
  queues: ["queues"] as const,
  agent: (id: string) => ["agents", id] as const,
  agentList: ["agents", "list"] as const,
  myStatus: ["my-status"] as const,
  conversationsOf: (contactId: string) => ["conversations-of", contactId] as const,
  anyConversationsOf: ["conversations-of"] as const,
  anyMessages: ["messages"] as const,
  messages: (conversationId: string) => ["messages", conversationId] as const,
  /** Conversations to forward something to. */
  targets: (q: string) => ["targets", q] as const,
  files: (conversationId: string, shelf: string) => ["files", conversationId, shelf] as const,
  anyScheduled: ["scheduled"] as const,
  scheduled: (which: ScheduledFilter) => ["scheduled", which] as const,
  anyStarred: ["starred"] as const,
  allStarred: ["starred", "all"] as const,
  starred: (conversationId: string) => ["starred", conversationId] as const,
  search: (search: object) => ["search", search] as const,
  anyContact: ["contact"] as const,
  contact: (id: string) => ["contact", id] as const,
  sessions: ["sessions"] as const,
  templates: (sessionId: string) => ["templates", sessionId] as const,
  anyTemplates: ["templates"] as const,
  users: ["users"] as const,
  invitations: ["invitations"] as const,
  tags: ["tags"] as const,
  teams: ["teams"] as const,
  cannedResponses: ["canned-responses", "all"] as const,
  anyCannedResponses: ["canned-responses"] as const,
  views: ["views"] as const,
  macros: ["macros"] as const,
  anyMentions: ["mentions"] as const,
  mentions: ["mentions", "all"] as const,
  unseenMentions: ["mentions", "unseen"] as const,
  apiKeys: ["api-keys"] as const,
  auditLog: (days: object) => ["audit-log", days] as const,
  quarantine: (resolved: boolean) => ["quarantine", resolved] as const,
  anyQuarantine: ["quarantine"] as const,
  cluster: ["cluster"] as const,
};
