import { describe, expect, it } from "vitest";
import type { Conversation } from "@/lib/api/types";
import type { InboxFilters } from "@/lib/keys";
import type { Pages } from "@/lib/pages";
import { aConversation, at, dice, id, ME, paged } from "@/testing/builders";
import { applyRow, applyToOne, belongs, precedes, remark, rowsOf } from "./events";
import { markRead, markUnread } from "./seen";
import { NO_FILTERS } from "./use-filters";
import { shift } from "./use-list-scroll";

const OPEN = NO_FILTERS;

/** What the hub would answer now. */
function snapshot(rows: Conversation[], filters: InboxFilters): Conversation[] {
  return rows
    .filter((row) => belongs(row, filters, ME.id))
    .sort((a, b) => (precedes(a, b, filters.sort) ? -1 : 1));
}

describe("the inbox and its events", () => {
  it.each([
    OPEN,
    { ...OPEN, status: "all" as const },
    { ...OPEN, assignee: "me" },
    { ...OPEN, assignee: "none" },
    { ...OPEN, participant: "me" },
    { ...OPEN, participant: id("usr", 7) },
    { ...OPEN, status: "snoozed" as const },
    { ...OPEN, team: id("team", 1) },
    { ...OPEN, team: "none" },
    { ...OPEN, tag: id("tag", 2) },
    { ...OPEN, priority: "urgent" as const },
    { ...OPEN, session: id("ses", 2) },
    { ...OPEN, unseen: "true" as const },
    { ...OPEN, status: "closed" as const, unseen: "true" as const },
    { ...OPEN, q: "customer 1" },
    { ...OPEN, sort: "oldest" as const },
  ])("an old snapshot and the events after it equal a fresh snapshot (%o)", (filters) => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const roll = dice(seed);
      const world = Array.from({ length: 25 }, (_, n) => aConversation(n + 1));
      let list = paged(snapshot(world, filters), 5, 5 * (1 + roll(6)));
      let seq = 100;
      for (let step = 0; step < 40; step += 1) {
        const index = roll(world.length + 1);
        const before = world[index] ?? aConversation(world.length + 1);
        const change: Partial<Conversation>[] = [
          { unread: roll(4), updated_at: at(1_000 + seq) },
          { status: (["open", "pending", "snoozed", "closed"] as const)[roll(4)] ?? "open" },
          { team: roll(2) ? { id: id("team", 1), name: "Sales" } : null },
          { tags: [1, 2, 3].filter(() => roll(2) === 0).map((number) => id("tag", number)) },
          { priority: (["normal", "urgent"] as const)[roll(2)] ?? "normal" },
          { assignee: roll(2) ? { id: ME.id, name: ME.name } : null },
          { participants: [ME.id, id("usr", 7)].filter(() => roll(2) === 0) },
          { session_id: id("ses", 1 + roll(2)) },
        ];
        if (roll(4) === 0) {
          const marked = roll(2) ? markUnread(before) : markRead(before);
          if (world[index]) world[index] = marked;
          if (world[index]) list = remark(list, before, () => marked, filters, ME.id);
          continue;
        }
        seq += 1;
        const after = { ...before, ...change[roll(change.length)], seq };
        world[index] = after;
        list = applyRow(list, after, filters, ME.id);
      }
      const shown = rowsOf(list, filters.sort);
      const fresh = snapshot(world, filters);
      expect(shown).toEqual(fresh.slice(0, shown.length));
      if (list.pages.at(-1)?.next_cursor === null) expect(shown).toEqual(fresh);
    }
  });

  it("an older state changes nothing", () => {
    const list = paged([aConversation(3, { seq: 9 })], 5, 5);
    expect(applyRow(list, aConversation(3, { seq: 8, unread: 4 }), OPEN, ME.id)).toBe(list);
  });

  it("what was known of what oneself has seen stays when a row does not say it", () => {
    const seen = { conversation_id: id("cnv", 3), message_id: id("msg", 1), unread: false };
    const list = paged([aConversation(3, { seen })], 5, 5);
    const next = applyRow(list, aConversation(3, { seq: 8, unread: 1 }), OPEN, ME.id);
    expect(rowsOf(next, "newest")).toMatchObject([{ seq: 8, unread: 1, seen }]);
    const one = applyToOne(aConversation(3, { seen }), aConversation(3, { seq: 8 }));
    expect(one).toMatchObject({ seq: 8, seen });
  });

  it("a row that comes twice is there once", () => {
    const row = aConversation(3, { seq: 9 });
    const list = paged([aConversation(2)], 5, 5);
    const once = applyRow(list, row, OPEN, ME.id);
    expect(applyRow(once, row, OPEN, ME.id)).toBe(once);
    expect(rowsOf(once, "newest").map((each) => each.id)).toEqual([id("cnv", 3), id("cnv", 2)]);
  });

  it("a conversation that is closed leaves the open ones", () => {
    const list = paged([aConversation(2), aConversation(1)], 5, 5);
    const next = applyRow(list, aConversation(2, { seq: 50, status: "closed" }), OPEN, ME.id);
    expect(rowsOf(next, "newest").map((row) => row.id)).toEqual([id("cnv", 1)]);
  });

  it("what lies beyond the pages that were loaded waits for its page", () => {
    const list = paged([aConversation(9), aConversation(8), aConversation(7)], 2, 2);
    expect(applyRow(list, aConversation(1, { seq: 99 }), OPEN, ME.id)).toBe(list);
  });

  it("what was quiet for longest comes first when that is wanted, and goes last when it speaks", () => {
    const filters = { ...OPEN, sort: "oldest" as const };
    const rows = [aConversation(1), aConversation(2), aConversation(3)];
    const next = aConversation(1, { seq: 99, updated_at: at(99) });
    const shown = (list: Pages<Conversation>) => rowsOf(list, "oldest").map((row) => row.id);
    expect(shown(applyRow(paged(rows, 5, 5), next, filters, ME.id))).toEqual(
      [2, 3, 1].map((n) => id("cnv", n)),
    );
    // With more to come, its place is on a page that is not there yet.
    expect(shown(applyRow(paged(rows, 2, 2), next, filters, ME.id))).toEqual([id("cnv", 2)]);
  });

  it("pages that overlap show a conversation once, in its latest state", () => {
    const list = {
      pages: [
        { data: [aConversation(2, { seq: 7, unread: 3 })], next_cursor: "x" },
        { data: [aConversation(2, { seq: 4 }), aConversation(1)], next_cursor: null },
      ],
      pageParams: [null, "x"],
    };
    expect(rowsOf(list, "newest").map(({ unread }) => unread)).toEqual([3, 0]);
  });

  it("what comes in above the rows in view moves them by as many places", () => {
    const [a, b, c, d] = [4, 3, 2, 1].map((n) => aConversation(n)) as [
      Conversation,
      Conversation,
      Conversation,
      Conversation,
    ];
    const later = (row: Conversation) => ({ ...row, updated_at: at(99) });
    expect(shift([a, b, c, d], [later(d), a, b, c], 1)).toBe(1);
    expect(shift([a, b, c, d], [later(b), a, c, d], 1)).toBe(0);
    expect(shift([a, b, c, d], [b, c, d], 2)).toBe(-1);
    expect(shift([a, b], [], 1)).toBe(0);
  });

  it("the open conversation only goes forward", () => {
    const known = aConversation(1, { seq: 5 });
    expect(applyToOne(known, aConversation(1, { seq: 4 }))).toBe(known);
    expect(applyToOne(known, aConversation(1, { seq: 6 })).seq).toBe(6);
    expect(applyToOne(known, aConversation(2, { seq: 6 }))).toBe(known);
  });
});
