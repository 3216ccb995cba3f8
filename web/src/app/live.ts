// Joins the socket and the features' reducers: what the hub tells becomes what the cache says.

import type { QueryClient } from "@tanstack/react-query";
import { applyAgent, applyToAgents } from "@/features/agents/events";
import { applyContact, applyRowToContact } from "@/features/contacts/events";
import { applyRow, applyToContacts, applyToOne, renewRow } from "@/features/conversations/events";
import { withGuesses } from "@/features/conversations/guesses";
import { type Given, isOffered, offers } from "@/features/conversations/offers";
import { knownConversation } from "@/features/conversations/queries";
import { keepSeen } from "@/features/conversations/seen";
import { isLate, lateness } from "@/features/conversations/sla";
import { takeSeen } from "@/features/conversations/use-seen";
import { isAwake, wakes } from "@/features/conversations/wakes";
import { draftSync } from "@/features/messages/draft-sync";
import { applyMessage } from "@/features/messages/events";
import { takePresence } from "@/features/messages/presence/attendance";
import { resendPassing } from "@/features/messages/sending";
import { renewStarred } from "@/features/messages/stars/events";
import { takeStar } from "@/features/messages/stars/queries";
import { applySession } from "@/features/numbers/events";
import { applyQueue } from "@/features/queues/events";
import { accessToken, refreshAccess } from "@/lib/api/auth-tokens";
import { api } from "@/lib/api/client";
import type {
  Agent,
  Contact,
  ContactBrief,
  Conversation,
  Message,
  Page,
  QueueFigures,
  ScheduledMessage,
  Session,
  SlaMark,
  Starred,
} from "@/lib/api/types";
import { useConnection } from "@/lib/connection";
import { type InboxFilters, keys } from "@/lib/keys";
import type { LiveCache } from "@/lib/live-cache";
import type { Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { LiveSocket } from "@/lib/socket";
import {
  isContactEvent,
  isConversationEvent,
  isMessageEvent,
  type LiveEvent,
  type ScheduledNews,
} from "@/lib/socket-frames";
import type { Unsent } from "./unsent";

/** The lists of the topic `directory`. */
const DIRECTORY = {
  tags: keys.tags,
  teams: keys.teams,
  canned_responses: keys.anyCannedResponses,
  views: keys.views,
  macros: keys.macros,
};

/** What an event does to everything that is cached. */
export function takeEvent(live: LiveCache, client: QueryClient, event: LiveEvent): void {
  if (isMessageEvent(event)) return takeMessage(live, event.data);
  if (isConversationEvent(event)) return takeRow(live, event.data);
  if (isContactEvent(event)) {
    live.apply<Contact>(keys.contact(event.data.id), (known) => applyContact(known, event.data));
    return;
  }
  if (event.type === "session.updated") {
    live.apply<Pages<Session>>(keys.sessions, (known) => applySession(known, event.data));
    return;
  }
  if (event.type === "agent.updated") {
    live.apply<Agent>(keys.myStatus, (mine) => applyAgent(mine, event.data));
    live.apply<Pages<Agent>>(keys.agentList, (known) => applyToAgents(known, event.data));
    return;
  }
  if (event.type === "user.mentioned") {
    takeMessage(live, event.data);
    void client.invalidateQueries({ queryKey: keys.anyMentions });
    return;
  }
  if (event.type === "directory.updated") {
    void client.invalidateQueries({ queryKey: DIRECTORY[event.data.noun] });
    // A new team has a line of its own, and one out of use has none.
    if (event.data.noun === "teams") void client.invalidateQueries({ queryKey: keys.queues });
    return;
  }
  if (event.type === "scheduled_message.updated") {
    void client.invalidateQueries({ queryKey: keys.anyScheduled });
    return;
  }
  const key = event.type === "template.updated" ? keys.anyTemplates : keys.anyQuarantine;
  void client.invalidateQueries({ queryKey: key });
}

function takeMessage(live: LiveCache, message: Message): void {
  live.apply<Pages<Message>>(keys.messages(message.conversation_id), (thread) =>
    applyMessage(thread, message),
  );
  live.apply<Pages<Starred>>(keys.anyStarred, (list) => renewStarred(list, message));
}

/** What a list row does to everything that is cached. */
export function takeRow(live: LiveCache, told: Conversation): void {
  const row = keepSeen(withGuesses(told), knownConversation(live.client, told.id));
  const me = useLogin.getState().user?.id ?? "";
  live.apply<Pages<Conversation>>(keys.conversationLists, (list, key) =>
    applyRow(list, row, key[1] as InboxFilters, me),
  );
  live.apply<Pages<Conversation>>(keys.anyLine, (line) => renewRow(line, row));
  live.apply<Conversation>(keys.conversation(row.id), (known) => applyToOne(known, row));
  live.apply<Conversation[]>(keys.conversationsOf(row.contact.id), (known) =>
    applyToContacts(known, row),
  );
  live.apply<Contact>(keys.contact(row.contact.id), (known) => applyRowToContact(known, row));
}

/** How a line fares now: its figures, and what waits in it if that is looked at. */
export function takeQueue(live: LiveCache, client: QueryClient, queue: QueueFigures): void {
  live.apply<QueueFigures[]>(keys.queues, (known) => applyQueue(known, queue));
  if (queue.team) void client.invalidateQueries({ queryKey: keys.line(queue.team.id) });
}

/** Loads again whatever the socket keeps true. */
function reload(client: QueryClient): void {
  for (const queryKey of [
    keys.conversationLists,
    keys.anyConversation,
    keys.anyConversationsOf,
    keys.anyMessages,
    keys.anyContact,
    keys.sessions,
    keys.anyTemplates,
    keys.anyQuarantine,
    ...Object.values(DIRECTORY),
    keys.anyMentions,
    keys.anyScheduled,
    keys.anyStarred,
    keys.myStatus,
    keys.queues,
    keys.anyLine,
  ]) {
    void client.invalidateQueries({ queryKey });
  }
}

function socketAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/api/v1/socket`;
}

/** What a person must not miss. */
interface Tell {
  mentioned(note: Message): void;
  given(given: Given): void;
  /** The hub told a row; `before` is what the page had. */
  row(row: Conversation, before: Conversation | undefined): void;
  /** Nothing is to be accepted here any more. */
  settled(conversationId: string): void;
  /** Something of theirs was put off until now. */
  woken(row: Conversation): void;
  /** Nothing of theirs is awake there any more. */
  asleep(conversationId: string): void;
  /** A promise of theirs was just not kept. */
  late(row: Conversation, mark: SlaMark): void;
  /** Nothing of theirs is late there any more. */
  kept(conversationId: string): void;
  /** A message of theirs was not sent at its time. */
  unsent(unsent: Unsent, contact: ContactBrief | undefined): void;
  /** It was put away, or waits again. */
  settledUnsent(scheduledId: string): void;
}

/** As many as one line tells of. */
const MAX_UNSENT = 50;

/** The live connection of a logged-in user. */
export function createLive(
  client: QueryClient,
  live: LiveCache,
  tell: Partial<Tell> = {},
): LiveSocket {
  const noteOffer = (row: Conversation) => {
    const me = useLogin.getState().user?.id ?? "";
    const before = knownConversation(client, row.id);
    const given = offers.note(row, before, me, Date.now());
    tell.row?.(keepSeen(row, before), before);
    if (given) tell.given?.(given);
    else if (!isOffered(row, me)) tell.settled?.(row.id);
  };
  const noteWake = (row: Conversation) => {
    const me = useLogin.getState().user?.id ?? "";
    if (wakes.note(row, knownConversation(client, row.id), me, Date.now())) tell.woken?.(row);
    else if (!isAwake(row, me)) tell.asleep?.(row.id);
  };
  const noteLate = (row: Conversation) => {
    const me = useLogin.getState().user?.id ?? "";
    const mark = lateness.note(row, knownConversation(client, row.id), me, Date.now());
    if (mark) tell.late?.(row, mark);
    else if (!isLate(row, me)) tell.kept?.(row.id);
  };
  const noteScheduled = (news: ScheduledNews) => {
    const isMine = news.author_id === useLogin.getState().user?.id;
    const contact = knownConversation(client, news.conversation_id)?.contact;
    if (news.state === "failed" && isMine) tell.unsent?.(news, contact);
    else if (news.state !== "failed") tell.settledUnsent?.(news.id);
  };
  // Before the caches know of it: what is news shows by what they had.
  const note = (row: Conversation) => {
    noteOffer(row);
    noteWake(row);
    noteLate(row);
  };
  // Whoever comes is given something at once, before the page listens.
  const findOffers = async () => {
    const query = { assignee: "me", status: "open", limit: 50 };
    const mine = await api.get<Page<Conversation>>("/conversations", query).catch(() => null);
    for (const row of mine?.data ?? []) {
      noteOffer(row);
      lateness.know(row);
    }
  };
  // What wakes today may have been put off long ago: no list shows it.
  const findAsleep = async () => {
    const query = { assignee: "me", status: "snoozed", limit: 50 };
    const mine = await api.get<Page<Conversation>>("/conversations", query).catch(() => null);
    for (const row of mine?.data ?? []) wakes.know(row);
  };
  // What was not sent while nobody of this person's pages listened.
  const findUnsent = async () => {
    const query = { state: "failed", author: "me", limit: MAX_UNSENT };
    const path = "/scheduled-messages";
    const mine = await api.get<Page<ScheduledMessage>>(path, query).catch(() => null);
    for (const row of mine?.data ?? []) tell.unsent?.(row, row.contact);
  };
  return new LiveSocket({
    open: () => new WebSocket(socketAddress()),
    token: accessToken,
    freshToken: () => accessToken().then(refreshAccess),
    isOnline: () => navigator.onLine,
    random: Math.random,
    onEvents: (events) => {
      for (const event of events) {
        if (isConversationEvent(event)) note(event.data);
        takeEvent(live, client, event);
        if (event.type === "user.mentioned") tell.mentioned?.(event.data);
        if (event.type === "scheduled_message.updated") noteScheduled(event.data);
      }
    },
    onRows: (rows) => {
      for (const row of rows) {
        note(row);
        takeRow(live, row);
      }
    },
    onPresence: takePresence,
    onDraft: (draft, device) => draftSync.take(draft, device),
    onSeen: (seen) => takeSeen(live, seen),
    onStar: (star) => takeStar(live, star),
    onQueue: (queue) => takeQueue(live, client, queue),
    onReload: () => {
      reload(client);
      void draftSync.load();
    },
    onState: (state) => {
      const before = useConnection.getState().phase;
      useConnection.setState(state);
      if (state.phase === "connected" && before !== "connected") {
        // Figures have no number by which what was missed could be asked for.
        void client.invalidateQueries({ queryKey: keys.queues });
        void findOffers();
        void findAsleep();
        void draftSync.load();
        void findUnsent();
        resendPassing((message) => takeMessage(live, message));
      }
    },
  });
}

/** Tells the socket about the network and the screen; returns how to stop. */
export function watchBrowser(socket: LiveSocket): () => void {
  const online = () => socket.retryNow();
  const offline = () => socket.networkLost();
  const visible = () => {
    if (document.visibilityState === "visible") socket.wokeUp();
  };
  window.addEventListener("online", online);
  window.addEventListener("offline", offline);
  document.addEventListener("visibilitychange", visible);
  return () => {
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", visible);
  };
}
