import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Conversation } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, at, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { LateLine } from "./late-line";

function mine(number: number, due?: number): Conversation {
  const mark = { goal: "reply", stage: "breached", since: at(0), due_at: at(due ?? 0) } as const;
  const assignee = { id: ME.id, name: ME.name };
  return aConversation(number, { assignee, sla: due === undefined ? [] : [mark] });
}

function show(rows: Conversation[], selected: string | null = null) {
  const calls = stubHub({
    "GET /conversations": () => ({ body: { data: rows, next_cursor: null } }),
  });
  return { calls, ...renderWithHub(<LateLine selected={selected} search="?sort=oldest" />) };
}

describe("what is late of one's own", () => {
  beforeEach(logIn);

  it("stands at the head of the list and leads from the latest to the next", async () => {
    const rows = [mine(1, 30), mine(2), mine(3, 10)];
    const { again, container } = show(rows);
    const line = await screen.findByRole("link", { name: "2 of your conversations are late." });
    expect(line).toHaveAttribute("href", `/inbox/${id("cnv", 3)}?sort=oldest`);
    again(<LateLine selected={id("cnv", 3)} search="" />);
    expect(line).toHaveAttribute("href", `/inbox/${id("cnv", 1)}`);
    again(<LateLine selected={id("cnv", 1)} search="" />);
    expect(line).toHaveAttribute("href", `/inbox/${id("cnv", 3)}`);
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("is not there when nothing is late", async () => {
    const { calls, client } = show([mine(1), { ...mine(2, 10), assignee: null }]);
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(calls).toHaveLength(1);
    expect(calls[0]?.query.get("assignee")).toBe("me");
    expect(screen.queryByTestId("late-line")).toBeNull();
  });
});
