import { screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { aConversation, at, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { AgentWatch } from "./lists";

beforeEach(logIn);

it("shows of what an agent has in hand first who waits longest, and last who waits for nothing", async () => {
  const since = [5, null, 1, 3];
  const data = since.map((minute, index) =>
    aConversation(index, { waiting_since: minute === null ? null : at(minute) }),
  );
  stubHub({ "GET /conversations": () => ({ body: { data, next_cursor: null } }) });
  renderWithHub(
    <AgentWatch agent={{ id: id("usr", 7) }} users={[]} teams={[]} onOpen={() => undefined} />,
  );
  const rows = await screen.findAllByTestId("watch-row");
  expect(rows.map(({ dataset }) => dataset.id)).toEqual([2, 3, 0, 1].map((n) => id("cnv", n)));
});
