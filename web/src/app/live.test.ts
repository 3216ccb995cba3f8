import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { NO_FILTERS } from "@/features/conversations/use-filters";
import { takeSeen } from "@/features/conversations/use-seen";
import type { Agent, Contact, Conversation, Message, QueueFigures, Session } from "@/lib/api/types";
import { type InboxFilters, keys } from "@/lib/keys";
import { LiveCache } from "@/lib/live-cache";
import { itemsOf, type Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import {
  aConversation,
  aMessage,
  anAgent,
  aQueue,
  aSession,
  at,
  id,
  ME,
  paged,
} from "@/testing/builders";
import { takeEvent, takeQueue, takeRow } from "./live";

const OPEN: InboxFilters = NO_FILTERS;
const CLOSED: InboxFilters = { ...OPEN, status: "closed" };

function world() {
  const client = new QueryClient();
  const live = new LiveCache(client);
  const rows = (filters: InboxFilters) =>
    itemsOf(client.getQueryData<Pages<Conversation>>(keys.conversations(filters))).map(
      (row) => row.id,
    );
  return { client, live, rows };
}

describe("what the hub tells becomes what the cache says", () => {
  beforeEach(() => useLogin.setState({ user: ME }));

  it("a row moves between the lists that are loaded, and renews the open conversation", () => {
    const { client, live, rows } = world();
    client.setQueryData(keys.conversations(OPEN), paged([aConversation(1)], 5, 5));
    client.setQueryData(keys.conversations(CLOSED), paged<Conversation>([], 5, 5));
    client.setQueryData(keys.conversation(id("cnv", 1)), aConversation(1));
    takeRow(live, aConversation(1, { seq: 9, status: "closed" }));
    expect(rows(OPEN)).toEqual([]);
    expect(rows(CLOSED)).toEqual([id("cnv", 1)]);
    expect(client.getQueryData<Conversation>(keys.conversation(id("cnv", 1)))).toMatchObject({
      status: "closed",
    });
  });

  it("what one does on another device shows in all lists, and survives the rows that come", () => {
    const { client, live, rows } = world();
    const unseen: InboxFilters = { ...OPEN, unseen: "true" };
    client.setQueryData(keys.conversations(OPEN), paged([aConversation(1)], 5, 5));
    client.setQueryData(keys.conversations(unseen), paged<Conversation>([], 5, 5));
    client.setQueryData(keys.conversations(CLOSED), paged<Conversation>([], 5, 5));
    client.setQueryData(keys.conversation(id("cnv", 1)), aConversation(1));
    const seen = { conversation_id: id("cnv", 1), message_id: id("msg", 1), unread: true };
    takeSeen(live, seen);
    expect(rows(unseen)).toEqual([id("cnv", 1)]);
    const one = () => client.getQueryData<Conversation>(keys.conversation(id("cnv", 1)));
    expect(one()).toMatchObject({ seen });
    takeRow(live, aConversation(1, { seq: 9, status: "closed" }));
    expect(one()).toMatchObject({ seq: 9, seen });
    expect(rows(unseen)).toEqual([]);
    const closed = client.getQueryData<Pages<Conversation>>(keys.conversations(CLOSED));
    expect(itemsOf(closed)).toMatchObject([{ seen }]);
  });

  it("what is marked unread elsewhere and not known here is asked for", () => {
    const { client, live } = world();
    const unseen: InboxFilters = { ...OPEN, unseen: "true" };
    client.setQueryData(keys.conversations(OPEN), paged<Conversation>([], 5, 5));
    client.setQueryData(keys.conversations(unseen), paged<Conversation>([], 5, 5));
    takeSeen(live, { conversation_id: id("cnv", 1), message_id: null, unread: true });
    const asksAgain = (filters: InboxFilters) =>
      client.getQueryState(keys.conversations(filters))?.isInvalidated;
    expect([asksAgain(unseen), asksAgain(OPEN)]).toEqual([true, false]);
  });

  it("a promise that is nearly due, or was not kept, shows in its row", () => {
    const { client, live } = world();
    client.setQueryData(keys.conversations(OPEN), paged([aConversation(1)], 5, 5));
    const tell = (seq: number, stage: "warning" | "breached") => {
      const sla = [{ goal: "reply" as const, stage, since: at(0), due_at: at(5) }];
      const data = aConversation(1, { seq, sla });
      const type = `conversation.sla_${stage}` as const;
      takeEvent(live, client, { seq, at: at(0), type, data });
      const list = client.getQueryData<Pages<Conversation>>(keys.conversations(OPEN));
      return itemsOf(list)[0]?.sla;
    };
    expect(tell(5, "warning")).toMatchObject([{ stage: "warning" }]);
    expect(tell(6, "breached")).toMatchObject([{ stage: "breached" }]);
  });

  it("a row renews the names of its contact", () => {
    const { client, live } = world();
    const row = aConversation(1, { seq: 9 });
    const contact: Contact = {
      ...row.contact,
      opted_out_at: null,
      identities: [],
      created_at: at(0),
      updated_at: at(0),
    };
    client.setQueryData(keys.contact(contact.id), contact);
    takeRow(live, { ...row, contact: { ...row.contact, name: "New name" } });
    expect(client.getQueryData<Contact>(keys.contact(contact.id))?.name).toBe("New name");
  });

  it("a message goes into its own thread only", () => {
    const { client, live } = world();
    for (const number of [1, 2]) {
      client.setQueryData(keys.messages(id("cnv", number)), paged<Message>([], 5, 5));
    }
    takeEvent(live, client, { seq: 5, at: at(0), type: "message.received", data: aMessage(5) });
    const thread = (number: number) =>
      itemsOf(client.getQueryData<Pages<Message>>(keys.messages(id("cnv", number))));
    expect(thread(1)).toHaveLength(1);
    expect(thread(2)).toHaveLength(0);
  });

  it("a number's health is renewed", () => {
    const { client, live } = world();
    client.setQueryData(keys.sessions, paged([aSession()], 5, 5));
    const data = aSession({ updated_at: at(9), status: "disabled" });
    takeEvent(live, client, { seq: 5, at: at(0), type: "session.updated", data });
    const [number] = itemsOf(client.getQueryData<Pages<Session>>(keys.sessions));
    expect(number?.status).toBe("disabled");
  });

  it("notices make the lists that they are about ask again", () => {
    const { client, live } = world();
    client.setQueryData(keys.templates("ses_1"), []);
    client.setQueryData(keys.quarantine(false), []);
    takeEvent(live, client, { seq: 5, at: at(0), type: "template.updated", data: {} });
    expect(client.getQueryState(keys.templates("ses_1"))?.isInvalidated).toBe(true);
    expect(client.getQueryState(keys.quarantine(false))?.isInvalidated).toBe(false);
    takeEvent(live, client, { seq: 6, at: at(0), type: "quarantine.added", data: {} });
    expect(client.getQueryState(keys.quarantine(false))?.isInvalidated).toBe(true);
  });

  it("a list that people choose from asks again when somebody changed it", () => {
    const { client, live } = world();
    const lists = {
      tags: keys.tags,
      teams: keys.teams,
      canned_responses: keys.cannedResponses,
      views: keys.views,
      macros: keys.macros,
    };
    for (const key of Object.values(lists)) client.setQueryData(key, []);
    const asksAgain = () =>
      Object.values(lists).map((key) => client.getQueryState(key)?.isInvalidated);
    const change = (noun: keyof typeof lists) =>
      takeEvent(live, client, { seq: 5, at: at(0), type: "directory.updated", data: { noun } });
    change("canned_responses");
    expect(asksAgain()).toEqual([false, false, true, false, false]);
    change("tags");
    change("teams");
    change("views");
    change("macros");
    expect(asksAgain()).toEqual([true, true, true, true, true]);
  });

  it("one's own status follows what the hub tells of oneself alone", () => {
    const { client, live } = world();
    client.setQueryData(keys.myStatus, anAgent());
    const tell = (data: Agent) =>
      takeEvent(live, client, { seq: 5, at: at(0), type: "agent.updated", data });
    tell(anAgent({ id: id("usr", 9), status: "busy" }));
    expect(client.getQueryData<Agent>(keys.myStatus)?.status).toBe("online");
    tell(anAgent({ status: "away", reason: "missed" }));
    expect(client.getQueryData<Agent>(keys.myStatus)?.reason).toBe("missed");
  });

  it("the figures of a line are renewed, and what waits in it is asked for again", () => {
    const { client, live } = world();
    client.setQueryData(keys.queues, [aQueue(1), aQueue(0)]);
    client.setQueryData(keys.line(id("team", 1)), paged([aConversation(1)], 5, 5));
    takeQueue(live, client, aQueue(1, { waiting: 7 }));
    expect(client.getQueryData<QueueFigures[]>(keys.queues)?.[0]?.waiting).toBe(7);
    expect(client.getQueryState(keys.line(id("team", 1)))?.isInvalidated).toBe(true);
  });

  it("a row that waits in a line is renewed in its place", () => {
    const { client, live } = world();
    const line = keys.line(id("team", 1));
    client.setQueryData(line, paged([aConversation(2), aConversation(1)], 5, 5));
    takeRow(live, aConversation(1, { seq: 9, unread: 4 }));
    const rows = itemsOf(client.getQueryData<Pages<Conversation>>(line));
    expect(rows.map(({ unread }) => unread)).toEqual([0, 4]);
  });

  it("a note that calls oneself is in its thread, and the bell asks again", () => {
    const { client, live } = world();
    client.setQueryData(keys.messages(id("cnv", 1)), paged<Message>([], 5, 5));
    client.setQueryData(keys.unseenMentions, []);
    const data = aMessage(5, { direction: "note" });
    takeEvent(live, client, { seq: 5, at: at(0), type: "user.mentioned", data });
    takeEvent(live, client, { seq: 6, at: at(0), type: "note.created", data });
    const thread = client.getQueryData<Pages<Message>>(keys.messages(id("cnv", 1)));
    expect(itemsOf(thread)).toHaveLength(1);
    expect(client.getQueryState(keys.unseenMentions)?.isInvalidated).toBe(true);
  });

  it("what waits for its time is asked for again when something happened to it", () => {
    const { client, live } = world();
    const here = keys.scheduled({ conversation: id("cnv", 1), state: "waiting" });
    client.setQueryData(here, []);
    const data = {
      id: id("sch", 1),
      conversation_id: id("cnv", 1),
      author_id: ME.id,
      state: "sent" as const,
      send_at: at(0),
      reason: null,
    };
    takeEvent(live, client, { seq: 5, at: at(0), type: "scheduled_message.updated", data });
    expect(client.getQueryState(here)?.isInvalidated).toBe(true);
  });
});
