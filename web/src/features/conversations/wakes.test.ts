import { describe, expect, it } from "vitest";
import { aConversation, at, id, ME, NOW } from "@/testing/builders";
import { Wakes } from "./wakes";

const me = { id: ME.id, name: ME.name };
const asleep = aConversation(1, { assignee: me, status: "snoozed", snoozed_until: at(0) });
const awake = aConversation(1, { seq: 2, assignee: me });

describe("a conversation of one's own that slept", () => {
  const note = (wakes: Wakes, row = awake, before = undefined as typeof awake | undefined) =>
    wakes.note(row, before, ME.id, NOW);

  it("is told once when its time has come, whether a list shows it or not", () => {
    const wakes = new Wakes();
    expect(note(wakes, awake, asleep)).toBe(true);
    expect(note(wakes, awake, awake)).toBe(false);
    wakes.know(asleep);
    expect(note(wakes)).toBe(true);
    expect(note(wakes)).toBe(false);
  });

  it("is no news when somebody woke it, when it is not one's own, or when nothing of it is known", () => {
    expect(note(new Wakes(), awake, { ...asleep, snoozed_until: at(5) })).toBe(false);
    expect(note(new Wakes(), awake, { ...asleep, snoozed_until: null })).toBe(false);
    expect(note(new Wakes(), { ...awake, status: "closed" }, asleep)).toBe(false);
    const ben = { id: id("usr", 2), name: "Ben" };
    expect(note(new Wakes(), { ...awake, assignee: ben }, asleep)).toBe(false);
    expect(note(new Wakes())).toBe(false);
  });
});
