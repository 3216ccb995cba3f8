import { expect, it } from "vitest";
import type { Agent } from "@/lib/api/types";
import type { Pages } from "@/lib/pages";
import { applyToAgents } from "./events";

const agent = (id: string, state: Agent["state"]) => ({ id, state }) as Agent;
const list = (...data: Agent[]): Pages<Agent> => ({
  pages: [{ data, next_cursor: null }],
  pageParams: [null],
});

it("shows how somebody stands while one is about to choose them", () => {
  const before = list(agent("usr_1", "online"), agent("usr_2", "offline"));
  const after = applyToAgents(before, agent("usr_2", "online"));
  expect(after.pages[0]?.data.map(({ state }) => state)).toEqual(["online", "online"]);
  expect(applyToAgents(before, agent("usr_3", "online"))).toBe(before);
});
