import { describe, expect, it } from "vitest";
import { aConversation, aMessage, at, id, NOW } from "@/testing/builders";
import { RowWatch } from "./news";

const ME = id("usr", 1);
const TEAM = id("team", 1);
const TEAMS = new Set([TEAM]);
const mine = { id: ME, name: "Mara" };
const team = { id: TEAM, name: "Support" };

function said(number: number, direction: "inbound" | "outbound" = "inbound") {
  const { type, text, status } = aMessage(number);
  return { id: id("msg", number), direction, type, text, status, at: at(0) };
}

describe("what happened in a row", () => {
  it("is news once for each message in one's own conversation", () => {
    const watch = new RowWatch();
    const note = (part: object) => {
      const row = aConversation(1, { assignee: mine, unread: 1, ...part });
      return watch.note(row, undefined, ME, TEAMS, NOW);
    };
    expect(note({ last_message: said(1) })).toBe("messages");
    expect(note({ last_message: said(1), priority: "urgent" })).toBeNull();
    expect(note({ last_message: said(2, "outbound"), unread: 0 })).toBeNull();
    expect(note({ last_message: said(3) })).toBe("messages");
    // It was read on another device before the row came.
    expect(note({ last_message: said(4), unread: 0 })).toBeNull();
    // A colleague has read it, and oneself has not.
    const seen = { conversation_id: id("cnv", 1), message_id: id("msg", 4), unread: false };
    const unanswered = { seen, unread: 0, waiting_since: at(0) };
    expect(note({ last_message: said(5), ...unanswered })).toBe("messages");
    expect(note({ last_message: said(6), assignee: { id: id("usr", 2), name: "Ben" } })).toBeNull();
  });

  it("is news of a conversation where one takes part, as of one's own", () => {
    const ben = { id: id("usr", 2), name: "Ben" };
    const row = aConversation(1, { assignee: ben, unread: 1, last_message: said(1) });
    const news = (participants: string[]) =>
      new RowWatch().note({ ...row, participants }, undefined, ME, TEAMS, NOW);
    expect(news([])).toBeNull();
    expect(news([ME, id("usr", 3)])).toBe("messages");
  });

  it("is no news when it was like that before, or is old", () => {
    const row = aConversation(1, { assignee: mine, unread: 1, last_message: said(1) });
    expect(new RowWatch().note(row, row, ME, TEAMS, NOW)).toBeNull();
    expect(new RowWatch().note(row, undefined, ME, TEAMS, NOW + 3_600_000)).toBeNull();
  });

  it("is news when one begins to wait for a team of one's own", () => {
    const watch = new RowWatch();
    const waiting = aConversation(1, { team, waiting_since: at(0), last_message: said(1) });
    expect(watch.note(waiting, undefined, ME, TEAMS, NOW)).toBe("waiting");
    expect(watch.note({ ...waiting, last_message: said(2) }, undefined, ME, TEAMS, NOW)).toBeNull();
    const ben = { id: id("usr", 2), name: "Ben" };
    expect(watch.note({ ...waiting, assignee: ben }, undefined, ME, TEAMS, NOW)).toBeNull();
    expect(watch.note(waiting, undefined, ME, TEAMS, NOW)).toBe("waiting");
    const other = { ...waiting, team: { id: id("team", 2), name: "Sales" } };
    expect(watch.note(other, undefined, ME, TEAMS, NOW)).toBeNull();
    expect(new RowWatch().note(waiting, undefined, ME, new Set(), NOW)).toBeNull();
  });
});
