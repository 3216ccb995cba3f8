// The one door to the hub's shapes, which are made from its own description (`npm run openapi`).

import type { components } from "./openapi";

type Schemas = components["schemas"];

/**
 * The hub writes every field of an answer, null when there is nothing; its description can only call those
 * fields optional.
 */
type Sent<T> = T extends readonly (infer Item)[]
  ? Sent<Item>[]
  : T extends object
    ? { [Field in keyof T]-?: Sent<Exclude<T[Field], undefined>> }
    : T;

type Shape<Name extends keyof Schemas> = Sent<Schemas[Name]>;

export type Role = Schemas["Role"];
export type UserView = Shape<"UserView">;
export type UserBrief = Shape<"UserBrief">;
export type Organization = Shape<"OrganizationView">;
export type Me = Shape<"Me">;
export type Tokens = Shape<"Tokens">;
/** A log-in whose password was right and whose code is awaited. */
export type Challenge = Shape<"Challenge">;
export type Login = Shape<"LoginView">;
export type TwoFactor = Shape<"TwoFactor">;
export type TwoFactorSecret = Shape<"TwoFactorSecret">;
export type RecoveryCodes = Shape<"RecoveryCodes">;
export type Notifications = Shape<"Notifications">;
export type Setup = Shape<"Setup">;

export type InvitationInfo = Shape<"InvitationInfo">;
export type Invitation = Shape<"InvitationView">;
export type NewInvitation = Shape<"CreatedInvitation">;
/** `made_by`: what its maker was called then; null for keys from before that was kept. */
export type ApiKey = Shape<"ApiKeyView">;
export type NewApiKey = Shape<"CreatedApiKey">;
export type ResetLink = Shape<"ResetLink">;
export type AuditEntry = Shape<"AuditLine">;
export type QuarantineEntry = Shape<"QuarantineEntry">;
export type Cluster = Omit<Shape<"ClusterView">, "nodes"> & { nodes: ClusterNode[] };
/** `dead`: silent for too long. `tool`: works on the database and serves nobody. */
export type ClusterNode = Shape<"NodeView"> & { standing: "live" | "leaving" | "dead" | "tool" };
export type NodeReport = Shape<"Report">;

export type Contact = Shape<"Contact">;
export type ContactBrief = Shape<"ContactBrief">;
/** What oneself has seen of a conversation. */
export type Seen = Shape<"Seen">;
/** Only answers to one's own questions say what was seen: rows of the socket and answers to changes don't. */
export type Conversation = Shape<"Conversation"> & { seen?: Seen | null };
/** A message that oneself keeps at hand. */
export type Starred = Shape<"StarredMessage">;
export type ConversationStatus = Schemas["ConversationStatus"];
export type Priority = Schemas["Priority"];
export type Tag = Shape<"Tag">;
export type TagColor = Schemas["TagColor"];
export type Team = Shape<"Team">;
export type TeamBrief = Shape<"TeamBrief">;
export type Routing = Shape<"Routing">;
/** What a team promises its contacts. */
export type Sla = Shape<"Sla">;
/** A promise that is nearly due, or was not kept. */
export type SlaMark = Shape<"SlaMark">;
/** When a team is at work. */
export type Hours = Shape<"Hours">;
export type Opening = Shape<"Opening">;
export type Holiday = Shape<"Holiday">;
export type Strategy = Schemas["Strategy"];
export type Agent = Shape<"Agent">;
export type AgentStatus = Schemas["AgentStatus"];
export type AgentFigures = Shape<"AgentFigures">;
export type QueueFigures = Shape<"QueueFigures">;
export type CannedResponse = Shape<"CannedResponse">;
/** What a view leaves out; a field that is not there leaves nothing out. */
export type ViewFilters = Schemas["ViewFilters"];
/** Filters of the inbox under a name; null as its owner: everybody's. */
export type View = Omit<Shape<"View">, "filters"> & { filters: ViewFilters };
/** A step of a macro. */
export type MacroAction = Schemas["MacroAction"];
/** Steps that are done together; null as its owner: everybody's. */
export type Macro = Omit<Shape<"Macro">, "actions"> & { actions: MacroAction[] };
/** What came of a macro. */
export type MacroRun = Shape<"MacroRun">;
/** What one began to write, as the hub keeps it for all of one's devices. */
export type KeptDraft = Shape<"Draft">;
export type WriteDraft = Schemas["WriteDraft"];
export type Message = Shape<"Message">;
/** A note that calls the person who is logged in. */
export type Mention = Shape<"Mention">;
/** A message that was found by its words. */
export type Hit = Shape<"Hit">;
export type MessageStatus = Schemas["MessageStatus"];
export type Direction = Schemas["Direction"];
export type Media = Shape<"Media">;
/** A message that waits for its time, or waited. */
export type ScheduledMessage = Shape<"ScheduledMessage">;
export type ScheduledState = Schemas["ScheduledState"];

export type Session = Shape<"Session">;
export type SessionStatus = Schemas["SessionStatus"];
export type Template = Shape<"Template">;

export type FieldError = Shape<"FieldError">;
/** A refusal; `errors` is there only when fields are to blame. */
export type Problem = Omit<Shape<"Problem">, "errors"> & { errors?: FieldError[] };

/** A part of a list; `next_cursor` leads to the next one. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
