// What the hub says and its description does not know yet. Once it does (`npm run openapi`): delete this file and take
// the shapes in types.ts from there.

import type { ContactBrief, Message } from "./types";

/** Up to where oneself has seen a conversation, or that one marked it unread. */
export interface Seen {
  conversation_id: string;
  /** The last message that was seen; null when there is no mark. */
  message_id: string | null;
  /** Marked so by oneself. */
  unread: boolean;
}

export interface ConversationAhead {
  /** Colleagues who take part beside the assignee. */
  participants: string[];
  /** Only answers to one's own questions say it: rows of the socket and answers to changes don't. */
  seen?: Seen | null;
}

export interface ViewFiltersAhead {
  unseen?: boolean | null;
  participant?: string | null;
}

/** A message that oneself starred. */
export interface Starred {
  message: Message;
  contact: ContactBrief;
  starred_at: string;
}

export interface SetupAhead {
  /** Whether this hub can send mail. */
  mail: boolean;
}

export interface InvitationAhead {
  /** How far its mail came; null when it was not to be sent. */
  mail: "waiting" | "sent" | "failed" | null;
}
