// The shapes that the hub sends. Written after the hub's own model; import them through `./types`.

export type Timestamp = string;

export type Role = "agent" | "supervisor" | "admin" | "owner";

export interface UserView {
  id: string;
  name: string;
  email: string;
  role: Role;
  disabled: boolean;
  created_at: Timestamp;
}

export interface UserBrief {
  id: string;
  name: string;
}

export interface Organization {
  id: string;
  name: string;
}

export interface Me {
  user: UserView;
  organization: Organization;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  /** Seconds. */
  expires_in: number;
  token_type: string;
  user: UserView;
}

export interface Setup {
  registration_open: boolean;
  demo: { email: string; password: string } | null;
  version: string;
}

export interface InvitationInfo {
  email: string;
  role: Role;
  organization: string;
}

export interface ContactBrief {
  id: string;
  name: string | null;
  phone: string | null;
  user_id: string | null;
  username: string | null;
}

export type IdentityKind = "phone" | "user_id" | "lid";

export interface Identity {
  kind: IdentityKind;
  value: string;
}

export interface Contact extends ContactBrief {
  opted_out_at: Timestamp | null;
  identities: Identity[];
  created_at: Timestamp;
  updated_at: Timestamp;
}

export type ConversationStatus = "open" | "pending" | "closed";
export type Direction = "inbound" | "outbound" | "note";
export type MessageStatus =
  | "received"
  | "queued"
  | "sending"
  | "unknown"
  | "sent"
  | "delivered"
  | "read"
  | "played"
  | "failed";

export interface LastMessage {
  id: string;
  direction: Direction;
  type: string;
  text: string | null;
  status: MessageStatus;
  at: Timestamp;
}

export interface Conversation {
  id: string;
  seq: number;
  session_id: string;
  contact: ContactBrief;
  status: ConversationStatus;
  assignee: UserBrief | null;
  team: UserBrief | null;
  tags: string[];
  unread: number;
  last_message: LastMessage | null;
  window_expires_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export type MediaState = "pending" | "stored" | "failed" | "expired";

export interface Media {
  id: string;
  mime_type: string;
  filename: string | null;
  size: number | null;
  state: MediaState;
  url: string | null;
  voice: boolean;
  animated: boolean;
  error: string | null;
}

export interface ReplyTo {
  id: string | null;
  provider_id: string;
  text: string | null;
  direction: Direction | null;
}

export interface Context {
  forwarded: boolean;
  frequently_forwarded: boolean;
  referral: unknown;
  referred_product: unknown;
}

export interface Failure {
  code: number;
  title: string;
  advice: string;
}

export type AuthorKind = "contact" | "user" | "api_key" | "bot" | "app" | "system";

export interface Author {
  type: AuthorKind;
  id: string | null;
  name: string | null;
}

export interface Reaction {
  emoji: string;
  by: "contact" | "business";
}

export interface Message {
  id: string;
  seq: number;
  conversation_id: string;
  contact_id: string;
  session_id: string;
  direction: Direction;
  type: string;
  text: string | null;
  content: unknown;
  media: Media[];
  reply_to: ReplyTo | null;
  context: Context | null;
  provider_id: string | null;
  status: MessageStatus;
  error: Failure | null;
  author: Author | null;
  client_key: string | null;
  reactions: Reaction[];
  edited_at: Timestamp | null;
  revoked_at: Timestamp | null;
  created_at: Timestamp;
  provider_timestamp: Timestamp | null;
}

export type HealthState =
  | "ok"
  | "unknown"
  | "token_invalid"
  | "limited"
  | "blocked"
  | "webhook_silent";

export interface Health {
  state: HealthState;
  reason: string | null;
  quality: string | null;
  last_webhook_at: Timestamp | null;
  checked_at: Timestamp | null;
}

export type SessionStatus = "active" | "disabled";

export interface Session {
  id: string;
  name: string;
  provider: string;
  phone_number_id: string;
  business_account_id: string;
  display_phone_number: string | null;
  verified_name: string | null;
  status: SessionStatus;
  health: Health;
  webhook_url: string;
  verify_token: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface Template {
  id: string;
  session_id: string;
  name: string;
  language: string;
  category: string;
  status: string;
  quality: string | null;
  parameter_format: string;
  components: unknown;
  updated_at: Timestamp;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  invited_by: UserBrief | string | null;
  created_at: Timestamp;
  expires_at: Timestamp;
}

export interface NewInvitation {
  invitation: Invitation;
  url: string;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  role: Role;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
}

export interface NewApiKey {
  api_key: ApiKey;
  key: string;
}

export interface AuditEntry {
  id: string;
  at: Timestamp;
  actor: { kind: string; id: string | null; name: string | null };
  action: string;
  subject: string | null;
  details: unknown;
}

export type QuarantineSource = "webhook" | "job";

export interface QuarantineEntry {
  id: string;
  reason: string;
  source: QuarantineSource;
  session_id: string | null;
  received_at: Timestamp;
  tries: number;
  payload: unknown;
  resolved_at: Timestamp | null;
}

export interface FieldError {
  field: string;
  message: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string | null;
  errors?: FieldError[];
}

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
