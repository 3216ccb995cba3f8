import { describe, expect, it } from "vitest";
import type { SlaMark } from "@/lib/api/types";
import { aConversation, at, id, ME, NOW } from "@/testing/builders";
import { changed } from "./guesses";
import { isLate, Lateness, mostPressing } from "./sla";

const me = { id: ME.id, name: ME.name };
const ben = { id: id("usr", 2), name: "Ben" };
const mark = (part: Partial<SlaMark> = {}): SlaMark => ({
  goal: "reply",
  stage: "breached",
  since: at(-5),
  due_at: at(0),
  ...part,
});
const fine = aConversation(1, { assignee: me });
const late = aConversation(1, { seq: 2, assignee: me, sla: [mark()] });

describe("what presses", () => {
  it("is what is due first", () => {
    const later = mark({ goal: "resolution", stage: "warning", due_at: at(30) });
    expect(mostPressing({ sla: [later, mark()] })?.goal).toBe("reply");
    expect(mostPressing({ sla: [mark({ due_at: at(60) }), later] })?.goal).toBe("resolution");
    expect(mostPressing({ sla: [] })).toBeNull();
  });

  it("is gone with a conversation that one closes", () => {
    expect(changed(late, { status: "closed" }).sla).toEqual([]);
    expect(changed(late, { priority: "high" }).sla).toEqual(late.sla);
  });
});

describe("that a promise of oneself was not kept", () => {
  const note = (
    lateness: Lateness,
    row = late,
    before: typeof late | undefined = fine,
    now = NOW,
  ) => lateness.note(row, before, ME.id, now);

  it("is told once, and again for the next time the customer waits", () => {
    const lateness = new Lateness();
    expect(note(lateness)).toMatchObject({ goal: "reply" });
    expect(note(lateness)).toBeNull();
    expect(note(lateness, { ...late, sla: [mark({ since: at(10) })] })).not.toBeNull();
  });

  it("is no news as long as there is time, nor about what others have", () => {
    expect(note(new Lateness(), { ...late, sla: [mark({ stage: "warning" })] })).toBeNull();
    const lateness = new Lateness();
    expect(note(lateness, { ...late, assignee: ben })).toBeNull();
    // It was late when it came to oneself.
    expect(note(lateness, late)).toBeNull();
    expect(isLate(late, ME.id)).toBe(true);
    expect(isLate({ ...late, assignee: null }, ME.id)).toBe(false);
  });

  it("is no news where the page knew it, or hears of it long afterwards", () => {
    expect(note(new Lateness(), late, late)).toBeNull();
    const lateness = new Lateness();
    lateness.know(late);
    expect(note(lateness)).toBeNull();
    const heard = (minutes: number) =>
      new Lateness().note(late, undefined, ME.id, NOW + minutes * 60_000);
    expect(heard(1)).not.toBeNull();
    expect(heard(5)).toBeNull();
  });
});
