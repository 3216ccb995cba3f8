import { describe, expect, it } from "vitest";
import { agentFigures, aQueue, at, id, NOW } from "@/testing/builders";
import { alertsOf } from "./alerts";
import { applyQueue } from "./events";
import { inOrder, isWanted, mergeAgents, standing, totalsOf, type WallAgent } from "./figures";

const ANA = agentFigures(1, { name: "Ana", open: 5, open_here: 2 });
const BEN = agentFigures(2, { name: "Ben", state: "away", open: 9, open_here: 9, replies: 4 });

describe("the figures of a line", () => {
  it("replace older ones, never newer ones", () => {
    const known = [aQueue(1, { at: at(5) }), aQueue(0)];
    expect(applyQueue(known, aQueue(1, { at: at(4), waiting: 3 }))).toBe(known);
    expect(applyQueue(known, aQueue(1, { at: at(6), waiting: 3 }))[0]?.waiting).toBe(3);
  });

  it("of a new team stand before those of none", () => {
    const teams = applyQueue([aQueue(1), aQueue(0)], aQueue(2)).map(({ team }) => team?.name);
    expect(teams).toEqual(["Team 1", "Team 2", undefined]);
  });

  it("leave agents alone of whom nothing has changed", () => {
    const known = [aQueue(1, { agents: [ANA, BEN] })];
    const told = aQueue(1, { agents: [{ ...ANA }, { ...BEN, open: 10 }] });
    const [next] = applyQueue(known, told);
    expect(next?.agents[0]).toBe(ANA);
    expect(next?.agents[1]).not.toBe(BEN);
  });
});

describe("the wall", () => {
  const queues = [
    aQueue(1, { waiting: 3, longest_wait_since: at(-5), agents: [ANA, BEN] }),
    aQueue(0, { waiting: 4, longest_wait_since: at(-9), agents: [{ ...ANA, open_here: 3 }] }),
  ];

  it("adds up", () => {
    expect(totalsOf(queues)).toMatchObject({ waiting: 7, longest: at(-9) });
  });

  it("has each agent once, with all teams, and the same object as long as nothing changes", () => {
    const first = mergeAgents(queues, new Map());
    expect(first.get(ANA.id)).toMatchObject({
      open: 5,
      teams: [
        { name: "Team 1", open: 2 },
        { name: null, open: 3 },
      ],
    });
    const next = mergeAgents(structuredClone(queues), first);
    expect(next.get(ANA.id)).toBe(first.get(ANA.id));
  });

  it("sorts and looks through them", () => {
    const agents = [...mergeAgents(queues, new Map()).values()];
    const names = (list: WallAgent[]) => list.map(({ name }) => name);
    expect(names(inOrder(agents, { by: "open", down: true }))).toEqual(["Ben", "Ana"]);
    expect(names(inOrder(agents, { by: "state", down: false }))).toEqual(["Ana", "Ben"]);
    const all = { name: "", team: "all", state: "all" as const };
    const wanted = (part: object) =>
      names(agents.filter((one) => isWanted(one, { ...all, ...part })));
    expect(wanted({ name: " AN" })).toEqual(["Ana"]);
    expect(wanted({ state: "away" })).toEqual(["Ben"]);
    expect(wanted({ team: id("team", 2) })).toEqual([]);
  });

  it("tells a wait that nears its goal from one that passed it", () => {
    expect([200, 230, 301].map((seconds) => standing(seconds * 1000, 300))).toEqual([
      "fine",
      "risk",
      "over",
    ]);
    expect(standing(1e9, null)).toBe("fine");
  });

  it("alerts over a line that is drawn, and not at it", () => {
    const limits = { wait_minutes: 8, waiting: 4, breached: 5, desktop: false };
    expect(alertsOf(queues, limits, NOW)).toEqual([{ team: null, kind: "wait", limit: 8 }]);
    expect(alertsOf(queues, { ...limits, wait_minutes: null, waiting: 3 }, NOW)).toMatchObject([
      { team: null, kind: "waiting" },
    ]);
  });
});
