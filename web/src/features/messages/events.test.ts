import { describe, expect, it } from "vitest";
import type { Message } from "@/lib/api/types";
import { aMessage, dice, id, paged } from "@/testing/builders";
import { applyMessage, messagesOf } from "./events";

const newestFirst = (messages: Message[]) => [...messages].sort((a, b) => (a.id < b.id ? 1 : -1));
const ids = (messages: Message[]) => messages.map((message) => message.id);

describe("a thread and its events", () => {
  it("an old snapshot and the events after it equal a fresh snapshot, in whatever order they come", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const roll = dice(seed);
      const world = new Map<string, Message>();
      for (let n = 1; n <= 12; n += 1) world.set(id("msg", n), aMessage(n));
      const snapshot = newestFirst([...world.values()]);
      let thread = paged(snapshot, 4, 12);
      const events: Message[] = [];
      let seq = 100;
      for (let step = 0; step < 40; step += 1) {
        const number = 1 + roll(30);
        const before = world.get(id("msg", number)) ?? aMessage(number);
        seq += 1;
        const after: Message = { ...before, seq, text: `text ${seq}` };
        world.set(after.id, after);
        events.push(after, ...(roll(3) === 0 ? [after] : []));
      }
      // Out of order, as after a resume that overlaps with live events.
      for (let i = events.length - 1; i > 0; i -= 1) {
        const j = roll(i + 1);
        [events[i], events[j]] = [events[j] as Message, events[i] as Message];
      }
      for (const event of events) thread = applyMessage(thread, event);
      expect(messagesOf(thread)).toEqual(newestFirst([...world.values()]).reverse());
    }
  });

  it("a status that comes late lowers nothing", () => {
    const thread = paged([aMessage(1, { seq: 9, status: "read" })], 5, 5);
    expect(applyMessage(thread, aMessage(1, { seq: 7, status: "sent" }))).toBe(thread);
  });

  it("a message that comes twice is there once", () => {
    const thread = paged([aMessage(1)], 5, 5);
    const once = applyMessage(thread, aMessage(2));
    expect(applyMessage(once, aMessage(2))).toBe(once);
    expect(ids(messagesOf(once))).toEqual([id("msg", 1), id("msg", 2)]);
  });

  it("a message that arrives late takes its place", () => {
    const thread = paged([aMessage(5), aMessage(3)], 5, 5);
    expect(ids(messagesOf(applyMessage(thread, aMessage(4))))).toEqual(
      [3, 4, 5].map((n) => id("msg", n)),
    );
  });

  it("changes of messages above what was scrolled wait for their page", () => {
    const thread = paged([aMessage(9), aMessage(8), aMessage(7)], 2, 2);
    expect(applyMessage(thread, aMessage(2, { seq: 99 }))).toBe(thread);
  });

  it("the first message of an empty thread is taken", () => {
    const thread = paged<Message>([], 5, 5);
    expect(messagesOf(applyMessage(thread, aMessage(1)))).toHaveLength(1);
  });
});
