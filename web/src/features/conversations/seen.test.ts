import { describe, expect, it } from "vitest";
import type { Conversation, Seen } from "@/lib/api/types";
import { aConversation, aMessage, at, id } from "@/testing/builders";
import { isUnseen, keepSeen, markRead, markSeen, markUnread, seenAs, toSee } from "./seen";

function last(number: number) {
  const { direction, type, text, status } = aMessage(number);
  return { id: id("msg", number), direction, type, text, status, at: at(number) };
}

/** Seen up to that message; null: never. */
function seen(number: number | null, unread = false): Seen {
  const message_id = number === null ? null : id("msg", number);
  return { conversation_id: id("cnv", 1), message_id, unread };
}

const row = (part: Partial<Conversation>) => aConversation(1, { last_message: last(5), ...part });
const waits = { waiting_since: at(5) };

describe("what oneself has not seen", () => {
  it.each<[string, boolean, Partial<Conversation>]>([
    ["never looked at it, and nobody has read it", true, { seen: null, unread: 2 }],
    ["never looked at it, and a colleague has only read it", true, { seen: null, ...waits }],
    ["never looked at it, and a colleague has answered it", false, { seen: null }],
    ["it is not known, and nobody has read it", true, { unread: 1 }],
    ["seen to its end, and nobody has read it", false, { seen: seen(5), unread: 2, ...waits }],
    ["more came, and a colleague has read it", true, { seen: seen(4), ...waits }],
    ["more came, and a colleague has answered it", false, { seen: seen(4), unread: 1 }],
    ["marked unread", true, { seen: seen(5, true) }],
    ["marked unread without having been there", true, { seen: seen(null, true) }],
    ["looked at when it was empty", false, { seen: seen(null), last_message: null, ...waits }],
  ])("%s: %s", (_, unseen, part) => {
    expect(isUnseen(row(part))).toBe(unseen);
  });

  it("is kept when a row does not say it, and taken from those that do", () => {
    const known = row({ seen: seen(3) });
    expect(keepSeen(row({ seq: 9 }), known)).toEqual(row({ seq: 9, seen: seen(3) }));
    expect(keepSeen(known, undefined)).toBe(known);
    expect(keepSeen(known, known)).toBe(known);
  });

  it("goes with a look, for all or for oneself alone, and comes back by hand", () => {
    const before = row({ seen: seen(3), unread: 2, ...waits });
    expect(markRead(before)).toEqual({ ...before, unread: 0, seen: seen(5) });
    expect(markSeen(before)).toEqual({ ...before, seen: seen(5) });
    expect(markUnread(markRead(before))).toEqual({ ...before, unread: 0, seen: seen(5, true) });
    const read = markRead(before);
    expect(markRead(read)).toBe(read);
    expect(seenAs({ ...seen(9), conversation_id: id("cnv", 2) })(read)).toBe(read);
  });

  it("is what the thread marks as new; what was seen silently waits to be read", () => {
    expect(toSee(row({ seen: seen(3), unread: 1, ...waits }))).toMatchObject({
      due: true,
      unread: 1,
      after: id("msg", 3),
    });
    expect(toSee(row({ seen: seen(5), unread: 2, ...waits }))).toMatchObject({
      due: true,
      unread: 0,
      after: null,
    });
    expect(toSee(row({ seen: seen(5) }))).toMatchObject({ due: false });
  });
});
