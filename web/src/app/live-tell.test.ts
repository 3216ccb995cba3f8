import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import type { Conversation } from "@/lib/api/types";
import { LiveCache } from "@/lib/live-cache";
import { aConversation, id, ME } from "@/testing/builders";
import { logIn, stubHub } from "@/testing/hub";
import { createLive } from "./live";

/** What the page does with what the socket hears. */
interface Ears {
  onRows(rows: Conversation[]): void;
  onState(state: object): void;
}

const ears = vi.hoisted(() => ({ of: null as unknown }));
vi.mock("@/lib/socket", () => ({
  LiveSocket: class {
    constructor(of: unknown) {
      ears.of = of;
    }
  },
}));

beforeEach(logIn);

it("tells what was put off until now, also what no list of the page shows", async () => {
  const assignee = { id: ME.id, name: ME.name };
  const snoozed_until = new Date(Date.now() - 1_000).toISOString();
  const asleep = aConversation(1, { assignee, status: "snoozed", snoozed_until });
  const page = (data: unknown[]) => ({ body: { data, next_cursor: null } });
  stubHub({
    "GET /conversations": ({ query }) => page(query.get("status") === "snoozed" ? [asleep] : []),
  });
  const client = new QueryClient();
  const tell = { woken: vi.fn(), asleep: vi.fn() };
  createLive(client, new LiveCache(client), tell);
  const { onRows, onState } = ears.of as Ears;
  onState({ phase: "connected" });
  const awake = aConversation(1, { seq: 9, assignee });
  // As soon as the page has the hub's answer.
  await vi.waitFor(() => {
    onRows([awake]);
    expect(tell.woken).toHaveBeenCalledWith(awake);
  });
  onRows([{ ...awake, seq: 10, status: "closed" }]);
  expect(tell.asleep).toHaveBeenLastCalledWith(id("cnv", 1));
});
