import { describe, expect, it } from "vitest";
import type { Cluster, ClusterNode } from "@/lib/api/types";
import { aNode, aReport } from "@/testing/builders";
import { troublesOf } from "./health";
import { type Sight, see } from "./sight";

const SECOND = 1_000;

const answer = (...nodes: ClusterNode[]): Cluster => ({
  nodes,
  embedded: false,
  database_ms: 1,
  bus: nodes.find((node) => node.this)?.report?.bus ?? null,
});

/** What is seen after these answers, two seconds after each other. */
function sightOf(...answers: Cluster[]): Sight {
  const [first, ...others] = answers;
  if (!first) throw new Error("nothing was answered");
  return others.reduce<Sight>(
    (sight, next, index) => see(next, sight, (index + 1) * 2 * SECOND),
    see(first, undefined, 0),
  );
}

const node = (sight: Sight, number: number) =>
  sight.cluster.nodes.find((one) => one.number === number);

describe("the answers of several nodes", () => {
  const deaf = aReport({ bus: false });
  // Node 2 does not hear Redis: it can ask nobody, and nobody can ask it.
  const byFirst = answer(aNode(1, { this: true }), aNode(2, { report: null }));
  const bySecond = answer(aNode(1, { report: null }), aNode(2, { this: true, report: deaf }));

  it("come to the same, whoever gives them", () => {
    const verdict = [{ kind: "deaf", count: 1 }];
    expect(troublesOf(sightOf(byFirst, bySecond).cluster)).toEqual(verdict);
    expect(troublesOf(sightOf(byFirst, bySecond, byFirst).cluster)).toEqual(verdict);
    expect(troublesOf(sightOf(byFirst, bySecond, byFirst, bySecond).cluster)).toEqual(verdict);
  });

  it("mark all that answered lately", () => {
    const sight = sightOf(byFirst, bySecond, bySecond);
    expect(sight.cluster.nodes.map((one) => one.this)).toEqual([true, true]);
    const later = see(bySecond, sight, 15 * SECOND);
    expect(later.cluster.nodes.map((one) => one.this)).toEqual([false, true]);
  });

  it("are not kept for long", () => {
    const sight = see(byFirst, undefined, 0);
    expect(node(see(bySecond, sight, 14 * SECOND), 1)?.report).toEqual(aReport());
    expect(node(see(bySecond, sight, 15 * SECOND), 1)?.report).toBeNull();
  });

  it("do not outlive the node, nor pass to another run of it", () => {
    const dead = aNode(2, { standing: "dead", report: null });
    expect(node(sightOf(bySecond, answer(aNode(1, { this: true }), dead)), 2)?.report).toBeNull();
    const anew = aNode(2, { started_at: "2026-05-04T12:00:00.000Z", report: null });
    expect(node(sightOf(bySecond, answer(aNode(1, { this: true }), anew)), 2)?.report).toBeNull();
  });

  it("stand in the order of names, a former run after the present one", () => {
    const sight = sightOf(
      answer(
        aNode(1, { name: "node10" }),
        aNode(2, { name: "node2", standing: "dead", report: null }),
        aNode(3, { name: "node2", this: true }),
      ),
    );
    expect(sight.cluster.nodes.map(({ number }) => number)).toEqual([3, 2, 1]);
  });
});
