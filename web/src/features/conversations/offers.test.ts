import { describe, expect, it } from "vitest";
import { aConversation, at, id, ME, NOW } from "@/testing/builders";
import { Offers } from "./offers";

const me = { id: ME.id, name: ME.name };
const ben = { id: id("usr", 2), name: "Ben" };
const nobodys = aConversation(1);
const given = aConversation(1, { seq: 2, assignee: me, reserved_until: at(1) });
const mine = aConversation(1, { seq: 3, assignee: me });

describe("what is given to oneself", () => {
  const note = (offers: Offers, row = given, before = undefined as typeof given | undefined) =>
    offers.note(row, before, ME.id, NOW);

  it("is told once, and again when it comes back", () => {
    const offers = new Offers();
    expect(note(offers)).toMatchObject({ until: at(1) });
    expect(note(offers)).toBeNull();
    expect(note(offers, { ...given, assignee: ben })).toBeNull();
    expect(note(offers, { ...given, reserved_until: at(5) })).toMatchObject({ until: at(5) });
  });

  it("is no news when it was accepted, or its time is over", () => {
    const offers = new Offers();
    note(offers);
    expect(note(offers, mine)).toBeNull();
    expect(note(new Offers(), { ...given, reserved_until: at(-1) })).toBeNull();
  });

  it("may need no accepting: then only what was seen as somebody else's is news", () => {
    expect(note(new Offers(), mine)).toBeNull();
    expect(note(new Offers(), mine, nobodys)).toMatchObject({ until: null });
    expect(note(new Offers(), mine, given)).toBeNull();
  });

  it("is no news while one takes it oneself", async () => {
    const offers = new Offers();
    await offers.whileTaking(async () => expect(note(offers, mine, nobodys)).toBeNull());
    expect(note(offers, mine, nobodys)).toBeNull();
  });
});
