import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Cluster, ClusterNode } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aNode, aReport, at, id } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { ClusterPage } from "./cluster-page";

/** The one that answers. */
const aHere = (part: Partial<ClusterNode> = {}) => aNode(1, { this: true, ...part });
const here = aHere();

function aCluster(part: Partial<Cluster> = {}): Cluster {
  const nodes = [here, aNode(2), aNode(3)];
  return { nodes, embedded: false, database_ms: 3, bus: true, ...part };
}

const silent = (number: number, part: Partial<ClusterNode> = {}) =>
  aNode(number, { standing: "dead", silent_ms: 42_000, report: null, ...part });

const NAMES = new Map([
  [id("ses", 1), "Shop"],
  [id("ses", 2), "Workshop"],
]);

/** The page of a hub that answers this, until the test changes it. */
async function show(cluster: Cluster) {
  const hub: { answer: () => { status?: number; body?: unknown } } = {
    answer: () => ({ body: cluster }),
  };
  const calls = stubHub({ "GET /cluster": () => hub.answer() });
  const page = renderWithHub(<ClusterPage names={NAMES} />);
  await screen.findByTestId("cluster-health");
  const look = () => page.client.refetchQueries({ queryKey: keys.cluster });
  return { ...page, hub, calls, look };
}

const health = () => screen.getByRole("status");
const cards = () => within(screen.getByRole("list", { name: "Nodes" })).getAllByTestId("node-card");
const card = (name: string) => {
  const found = cards().find((one) => within(one).queryByRole("heading", { level: 2, name }));
  if (!found) throw new Error(`no card of ${name}`);
  return within(found);
};
const figure = (name: string, label: string) =>
  card(name).getByText(label, { selector: "dt" }).parentElement;

describe("the cluster", () => {
  beforeEach(logIn);
  afterEach(() => vi.useRealTimers());

  it("shows each node with what it has in hand", async () => {
    const lines = [id("ses", 2), id("ses", 9), id("ses", 1)];
    const first = aHere({ report: aReport({ lines }) });
    const page = await show(aCluster({ nodes: [first, aNode(2, { standing: "leaving" })] }));
    expect(health()).toHaveTextContent("All 2 nodes answer.");
    expect(screen.getByTestId("cluster-health")).toHaveTextContent(
      "The database took 3 ms · Redis is heard",
    );
    const shown = card("node1");
    expect(shown.getByText("Answers you")).toBeVisible();
    expect(shown.getByText("Live")).toBeVisible();
    expect(cards()[0]).toHaveTextContent(/Version 0\.1\.0 · started .* · last heard now · no\. 1/);
    expect(figure("node1", "Conversations")).toHaveTextContent("1,234");
    expect(figure("node1", "Memory")).toHaveTextContent("61.5 MB");
    // By name, and what has none by its id.
    expect(shown.getByText("Sends for 3 numbers")).toBeVisible();
    const names = shown.getAllByRole("listitem").map((line) => line.textContent);
    expect(names).toEqual(["Shop", "Workshop", id("ses", 9)]);
    expect(card("node2").getByText("Leaving")).toBeVisible();
    expect(card("node2").getByText("Sends for no number")).toBeVisible();
    expect(card("node2").queryByText("Answers you")).toBeNull();
    expect(screen.queryByText(/side by side/)).toBeNull();
    expect(screen.queryByTestId("single-node")).toBeNull();
    expect(await accessibilityProblems(page.container)).toEqual([]);
  });

  it("marks restarts and full mailboxes only when there are some", async () => {
    const report = aReport({ restarts: 2, mailbox_full: 1_500 });
    await show(aCluster({ nodes: [here, aNode(2, { report })] }));
    expect(figure("node1", "Restarts")).not.toHaveAttribute("data-alarming");
    expect(figure("node2", "Restarts")).toHaveAttribute("data-alarming");
    expect(figure("node2", "Full mailboxes")).toHaveAttribute("data-alarming");
    expect(figure("node2", "Full mailboxes")).toHaveTextContent("1,500");
    expect(figure("node2", "Sockets")).not.toHaveAttribute("data-alarming");
  });

  it("shows many numbers on demand", async () => {
    const lines = Array.from({ length: 40 }, (_, index) => id("ses", index + 1));
    await show(aCluster({ nodes: [aHere({ report: aReport({ lines }) })] }));
    expect(card("node1").getAllByRole("listitem")).toHaveLength(12);
    await userEvent.click(screen.getByRole("button", { name: "Show all 40" }));
    expect(card("node1").getAllByRole("listitem")).toHaveLength(40);
    expect(screen.getByRole("button", { name: "Show fewer", expanded: true })).toHaveFocus();
  });

  it("says that a node is silent, and since when", async () => {
    const page = await show(aCluster({ nodes: [here, aNode(2), silent(3)] }));
    expect(health()).toHaveTextContent("One node is silent.");
    expect(card("node3").getByText("Silent")).toBeVisible();
    expect(card("node3").getByText(/last heard 42 sec\. ago/)).toBeVisible();
    expect(card("node3").getByText(/have taken its work over/)).toBeVisible();
    expect(await accessibilityProblems(page.container)).toEqual([]);
  });

  it("does not mourn a node that came back under another number", async () => {
    const before = silent(1, { name: "node2", this: false, started_at: at(-900) });
    await show(aCluster({ nodes: [before, aNode(2), aNode(3, { this: true })] }));
    expect(health()).toHaveTextContent("All 2 nodes answer.");
    expect(cards()[1]).toHaveTextContent("has number 2 now");
    expect(cards()[1]).toHaveTextContent("Ended");
  });

  it("says which node does not answer although it lives", async () => {
    await show(aCluster({ nodes: [here, aNode(2, { report: null })] }));
    expect(health()).toHaveTextContent("One node does not answer.");
    expect(card("node2").getByText("No answer")).toBeVisible();
    expect(
      card("node2").getByText("It did not tell its figures within half a second."),
    ).toBeVisible();
  });

  it("does not blame the others while this node does not hear Redis", async () => {
    const deaf = aHere({ report: aReport({ bus: false }) });
    const page = await show(aCluster({ nodes: [deaf, aNode(2, { report: null })], bus: false }));
    expect(health()).toHaveTextContent(/^Redis is not heard\.$/);
    expect(card("node1").getByText(/This node does not hear Redis/)).toBeVisible();
    expect(card("node2").queryByText("No answer")).toBeNull();
    expect(card("node2").getByText(/told over Redis, which is not heard/)).toBeVisible();
    expect(await accessibilityProblems(page.container)).toEqual([]);
  });

  it("says that another node does not hear Redis, and that the database is slow", async () => {
    const deaf = aNode(2, { report: aReport({ bus: false }) });
    await show(aCluster({ nodes: [here, deaf], database_ms: 1_800 }));
    expect(health()).toHaveTextContent("One node does not hear Redis. The database is slow.");
    expect(screen.getByTestId("cluster-health")).toHaveTextContent("The database took 1,800 ms");
  });

  it("says what several nodes without Redis miss", async () => {
    const without = aHere({ report: aReport({ bus: null }) });
    await show(aCluster({ nodes: [without, aNode(2, { report: null })], bus: null }));
    expect(health()).toHaveTextContent("The nodes do not hear each other.");
    expect(screen.getByText(/Set the same REDIS_URL for all/)).toBeVisible();
  });

  it("explains to a single node what several need", async () => {
    const only = aHere({ report: aReport({ bus: null }) });
    const page = await show(aCluster({ nodes: [only], embedded: true, bus: null }));
    expect(health()).toHaveTextContent("The node answers.");
    expect(screen.getByTestId("cluster-health")).not.toHaveTextContent("Redis");
    expect(screen.queryByText(/^Sends for/)).toBeNull();
    const single = screen.getByTestId("single-node");
    for (const word of ["DATABASE_URL", "REDIS_URL", "docs/CLUSTER.md"]) {
      expect(single).toHaveTextContent(word);
    }
    expect(await accessibilityProblems(page.container)).toEqual([]);
  });

  it("tells of several versions while a new one comes, whatever the dead and tools were", async () => {
    const old = silent(4, { version: "0.0.9" });
    const tool = aNode(5, { standing: "tool", version: "0.0.8", report: null, name: "import" });
    const page = await show(aCluster({ nodes: [here, aNode(2), old, tool] }));
    expect(screen.queryByText(/side by side/)).toBeNull();
    page.hub.answer = () => ({
      body: aCluster({ nodes: [aHere({ version: "0.10.0" }), aNode(2, { version: "0.9.0" })] }),
    });
    await page.look();
    expect(await screen.findByText(/side by side: 0.9.0 and 0.10.0\. /)).toBeVisible();
  });

  it("keeps tools apart from the nodes", async () => {
    const tool = aNode(4, { standing: "tool", name: "import", report: null });
    const page = await show(aCluster({ nodes: [here, aNode(2), tool] }));
    expect(health()).toHaveTextContent("All 2 nodes answer.");
    expect(cards()).toHaveLength(2);
    const tools = within(screen.getByRole("list", { name: "Tools" }));
    expect(tools.getByText("import")).toBeVisible();
    expect(await accessibilityProblems(page.container)).toEqual([]);
  });

  it("keeps what it saw when the hub no longer answers, and says from when it is", async () => {
    const page = await show(aCluster());
    page.hub.answer = () => refusal(503, "unavailable");
    await page.look();
    await waitFor(() => expect(health()).toHaveTextContent("No news from the hub."));
    expect(screen.getByText(/can't do this right now/)).toBeVisible();
    expect(
      screen.getByText(/^Last seen \d+:\d\d:\d\d.* What stands here is from then\.$/),
    ).toBeVisible();
    expect(cards()).toHaveLength(3);
    expect(screen.queryByRole("alert")).toBeNull();
    expect(await accessibilityProblems(page.container)).toEqual([]);
    page.hub.answer = () => ({ body: aCluster() });
    await page.look();
    await waitFor(() => expect(health()).toHaveTextContent("All 3 nodes answer."));
  });

  it("does not speak of one answer that got lost", async () => {
    const page = await show(aCluster());
    let asked = 0;
    page.hub.answer = () => {
      asked += 1;
      return asked === 1 ? refusal(502, "http_error") : { body: aCluster({ database_ms: 9 }) };
    };
    await page.look();
    expect(await screen.findByText(/took 9 ms/)).toBeVisible();
    expect(health()).toHaveTextContent("All 3 nodes answer.");
    expect(asked).toBe(2);
  });

  it("leaves the line that is read aloud alone while nothing changes", async () => {
    const page = await show(aCluster());
    const touched: MutationRecord[] = [];
    const watch = new MutationObserver((changes) => touched.push(...changes));
    watch.observe(health(), { childList: true, characterData: true, subtree: true });
    page.hub.answer = () => ({ body: aCluster({ database_ms: 8 }) });
    await page.look();
    expect(await screen.findByText(/took 8 ms/)).toBeVisible();
    expect(touched.concat(watch.takeRecords())).toEqual([]);
    watch.disconnect();
    expect(
      page.container.querySelectorAll("[aria-live], [role=status], [role=alert]"),
    ).toHaveLength(1);
  });

  it("shows nothing to those who may not see it, even after they could, and asks no more", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const page = await show(aCluster());
    page.hub.answer = () => refusal(403, "forbidden");
    await page.look();
    expect(await screen.findByRole("alert")).toHaveTextContent("You may not do this.");
    expect(screen.queryByTestId("node-card")).toBeNull();
    const asked = page.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(page.calls).toHaveLength(asked);
  });

  it("offers another try when the first request fails", async () => {
    let refused = true;
    const calls = stubHub({
      "GET /cluster": () => (refused ? refusal(403, "forbidden") : { body: aCluster() }),
    });
    renderWithHub(<ClusterPage names={null} />);
    expect(await screen.findByRole("alert")).toHaveTextContent("You may not do this.");
    expect(calls).toHaveLength(1);
    refused = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(cards()).toHaveLength(3));
  });

  it("looks anew every two seconds, but not in the background", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { calls } = await show(aCluster());
    expect(calls).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    const visible = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(calls).toHaveLength(2);
    visible.mockReturnValue("visible");
    window.dispatchEvent(new Event("visibilitychange"));
    await vi.waitFor(() => expect(calls).toHaveLength(3));
  });
});
