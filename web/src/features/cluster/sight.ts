// What is known of the nodes by the answers of the last seconds together; pure. A balancer gives each request to another
// node, and each knows of the others only what it hears: shown one by one, its answers would contradict each other.

import type { Cluster, ClusterNode, NodeReport } from "@/lib/api/types";

/** Long enough for a handful of nodes to have their turn. */
const KEPT_MS = 15_000;

interface Told {
  at: number;
  /** Another run of the node has nothing to do with it. */
  started_at: string | null;
  report: NodeReport;
}

/** By the numbers of the nodes. */
export interface Sight {
  cluster: Cluster;
  told: Record<number, Told>;
  answeredAt: Record<number, number>;
}

/** The same with one more answer. `this` are then all that answered lately. */
export function see(answer: Cluster, before: Sight | undefined, now: number): Sight {
  const told: Sight["told"] = {};
  const answeredAt: Sight["answeredAt"] = {};
  const nodes = answer.nodes.map((node) => {
    const last = latest(node, before?.told[node.number], now);
    if (last) told[node.number] = last;
    const at = node.this ? now : before?.answeredAt[node.number];
    if (at !== undefined && now - at < KEPT_MS) answeredAt[node.number] = at;
    return { ...node, report: last?.report ?? null, this: node.number in answeredAt };
  });
  return { cluster: { ...answer, nodes: nodes.toSorted(compare) }, told, answeredAt };
}

/** What it tells now, or told lately to another node; the dead tell nothing. */
function latest(node: ClusterNode, before: Told | undefined, now: number): Told | undefined {
  const { report, started_at, standing } = node;
  if (report) return { at: now, started_at, report };
  if (standing !== "live" && standing !== "leaving") return undefined;
  const same = before && before.started_at === started_at && now - before.at < KEPT_MS;
  return same ? before : undefined;
}

/** By name, because a node that is started again gets another number; its former entry comes after it. */
function compare(a: ClusterNode, b: ClusterNode): number {
  const byName = a.name.localeCompare(b.name, undefined, { numeric: true });
  return (
    byName || Number(a.standing === "dead") - Number(b.standing === "dead") || a.number - b.number
  );
}
