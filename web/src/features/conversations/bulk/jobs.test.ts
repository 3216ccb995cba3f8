import { describe, expect, it } from "vitest";
import { aConversation, at, id, NOW } from "@/testing/builders";
import type { Change } from "../guesses";
import { backOf, isStill } from "./jobs";

const ANA = { id: id("usr", 2), name: "Ana" };
const BEN = { id: id("usr", 3), name: "Ben" };
const row = aConversation(1, {
  status: "pending",
  assignee: ANA,
  tags: [id("tag", 1)],
  priority: "low",
});
const back = (change: Change, before = row) => backOf({ row: before, change }, NOW);

describe("what takes a change back", () => {
  it("is what was before", () => {
    expect(back({ status: "closed" })).toEqual({ status: "pending", snoozed_until: null });
    expect(back({ assignee: BEN })).toEqual({ assignee: ANA });
    expect(back({ assignee: null })).toEqual({ assignee: ANA });
    expect(back({ team: { id: id("team", 1), name: "Sales" } })).toEqual({ team: null });
    expect(back({ priority: "urgent" })).toEqual({ priority: "low" });
    expect(back({ add_tags: [id("tag", 2)] })).toEqual({ remove_tags: [id("tag", 2)] });
    expect(back({ remove_tags: [id("tag", 1)] })).toEqual({ add_tags: [id("tag", 1)] });
  });

  it("is nothing where nothing changed: a tag that was there stays", () => {
    expect(back({ status: "pending" })).toBeNull();
    expect(back({ assignee: { ...ANA } })).toBeNull();
    expect(back({ priority: "low" })).toBeNull();
    expect(back({ add_tags: [id("tag", 1)] })).toBeNull();
    expect(back({ remove_tags: [id("tag", 2)] })).toBeNull();
    expect(backOf({ row, change: null }, NOW)).toBeNull();
  });

  it("knows until when it slept, and that this may be over", () => {
    const asleep = { ...row, status: "snoozed" as const, snoozed_until: at(10) };
    const change: Change = { status: "snoozed", snoozed_until: at(99) };
    expect(back(change, asleep)).toEqual({ status: "snoozed", snoozed_until: at(10) });
    expect(back(change, { ...asleep, snoozed_until: at(-1) })).toEqual({ status: "open" });
  });
});

it("sees what somebody has changed since", () => {
  expect(isStill(row, { status: "pending", assignee: { ...ANA } })).toBe(true);
  expect(isStill(row, { assignee: BEN })).toBe(false);
  expect(isStill(row, { team: null, add_tags: [id("tag", 1)] })).toBe(true);
  expect(isStill(row, { add_tags: [id("tag", 2)] })).toBe(false);
  expect(isStill(row, { remove_tags: [id("tag", 1)] })).toBe(false);
});
