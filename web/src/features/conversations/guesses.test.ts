import { describe, expect, it } from "vitest";
import { aConversation, at, id } from "@/testing/builders";
import { bodyOf, type Change, changed, hold, release, statusOf, withGuesses } from "./guesses";

const sales = { id: id("team", 1), name: "Sales" };

describe("what is shown before the hub agrees", () => {
  it("is what the hub will answer", () => {
    const row = aConversation(1, { tags: ["tag_1"], waiting_since: at(0) });
    expect(changed(row, { add_tags: ["tag_2"], remove_tags: ["tag_1"] }).tags).toEqual(["tag_2"]);
    const joined = changed(row, { add_participants: ["usr_2", "usr_1"] });
    expect(joined.participants).toEqual(["usr_1", "usr_2"]);
    expect(changed(joined, { remove_participants: ["usr_1"] }).participants).toEqual(["usr_2"]);
    expect(changed(row, { status: "snoozed", snoozed_until: at(60) })).toMatchObject({
      status: "snoozed",
      snoozed_until: at(60),
      waiting_since: at(0),
    });
    expect(changed(row, { status: "closed" }).waiting_since).toBeNull();
    const asleep = changed(row, { status: "snoozed", snoozed_until: at(60) });
    expect(changed(asleep, { status: "open" }).snoozed_until).toBeNull();
  });

  it("is said in the hub's words", () => {
    expect(bodyOf({ team: null, assignee: { id: "usr_2", name: "Jonas" } })).toEqual({
      team_id: null,
      assignee_id: "usr_2",
    });
    expect(bodyOf({ status: "snoozed", snoozed_until: null })).toEqual({ status: "snoozed" });
  });

  it("goes when it is refused, and what a colleague did meanwhile stays", () => {
    const guess: Change = { team: sales };
    expect(hold(aConversation(1, { seq: 5 }), guess).team).toEqual(sales);
    const told = aConversation(1, { seq: 6, priority: "urgent" });
    expect(withGuesses(told)).toMatchObject({ team: sales, priority: "urgent" });
    expect(release(told.id, guess)).toMatchObject({ team: null, priority: "urgent" });
    expect(withGuesses(told)).toBe(told);
  });

  it("keeps a second change while the first is answered", () => {
    const [first, second]: Change[] = [{ priority: "high" }, { add_tags: ["tag_1"] }];
    const row = aConversation(1, { seq: 5 });
    hold(row, first as Change);
    hold(row, second as Change);
    withGuesses({ ...row, seq: 6, priority: "high" });
    expect(release(row.id, first as Change)).toMatchObject({ priority: "high", tags: ["tag_1"] });
    expect(release(row.id, second as Change)?.tags).toEqual([]);
  });

  it("is taken back as far as time allows", () => {
    const asleep = aConversation(1, { status: "snoozed", snoozed_until: at(60) });
    expect(statusOf(asleep, Date.parse(at(0)))).toEqual({
      status: "snoozed",
      snoozed_until: at(60),
    });
    expect(statusOf(asleep, Date.parse(at(61)))).toEqual({ status: "open" });
  });
});
