// What the figures of all nodes come to; pure.

import type { Cluster, ClusterNode } from "@/lib/api/types";

/** The database answers this in a few milliseconds; from here on people notice. */
const SLOW_DATABASE_MS = 500;

export interface Trouble {
  kind: "silent" | "noAnswer" | "unheard" | "deaf" | "apart" | "slow";
  /** How many nodes it is about. */
  count: number;
}

/** Whether it serves, or did until it fell silent. */
export function isNode(node: ClusterNode): boolean {
  return node.standing !== "tool";
}

function isUp({ standing }: ClusterNode): boolean {
  return standing === "live" || standing === "leaving";
}

/** As which node a silent one came back: of the same name, begun later. */
export function successorOf(dead: ClusterNode, nodes: ClusterNode[]): ClusterNode | undefined {
  if (dead.standing !== "dead") return undefined;
  const began = (node: ClusterNode) => Date.parse(node.started_at ?? "");
  return nodes.find((node) => isUp(node) && node.name === dead.name && began(node) > began(dead));
}

/** Whether it does not hear Redis. */
export function isDeaf({ report }: ClusterNode): boolean {
  return report?.bus === false;
}

/** Whether it lives by the database's account, and yet said nothing when it was asked. */
export function isUnanswered(node: ClusterNode): boolean {
  return isUp(node) && node.report === null;
}

/**
 * Whether Redis is heard: by all, by some, by none, or not used. The nodes ask each other over it: where none hears it,
 * the silence of one says nothing.
 */
export function hearing({ nodes, bus }: Cluster): "all" | "some" | "none" | "unused" {
  const links = [bus, ...nodes.flatMap(({ report }) => (report ? [report.bus] : []))];
  if (links.includes(true)) return links.includes(false) ? "some" : "all";
  return links.includes(false) ? "none" : "unused";
}

/** What is not as it should be, the gravest first. */
export function troublesOf(cluster: Cluster): Trouble[] {
  const { nodes, database_ms: took } = cluster;
  const redis = hearing(cluster);
  const count = (among: (node: ClusterNode) => boolean) => nodes.filter(among).length;
  const silent = count((node) => node.standing === "dead" && !successorOf(node, nodes));
  const unanswered = count(isUnanswered);
  const found: Trouble[] = [{ kind: "silent", count: silent }];
  if (redis === "all" || redis === "some") found.push({ kind: "noAnswer", count: unanswered });
  if (redis === "some") found.push({ kind: "deaf", count: count(isDeaf) });
  if (redis === "none") found.push({ kind: "unheard", count: 1 });
  if (redis === "unused") found.push({ kind: "apart", count: unanswered });
  if (took >= SLOW_DATABASE_MS) found.push({ kind: "slow", count: 1 });
  return found.filter((trouble) => trouble.count > 0);
}

/** How many nodes serve. */
export function countUp({ nodes }: Cluster): number {
  return nodes.filter(isUp).length;
}

/** The versions that serve at the moment. */
export function versionsOf({ nodes }: Cluster): string[] {
  const versions = new Set(nodes.filter(isUp).map(({ version }) => version));
  return [...versions].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}
