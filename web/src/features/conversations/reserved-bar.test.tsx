import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Conversation } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { ReservedBar } from "./reserved-bar";

const me = { id: ME.id, name: ME.name };
const soon = () => new Date(Date.now() + 23_000).toISOString();
const offered = () => aConversation(1, { assignee: me, reserved_until: soon() });
const ACCEPT = `POST /conversations/${id("cnv", 1)}/accept`;

function show(routes: Parameters<typeof stubHub>[0] = {}, row: Conversation = offered()) {
  const calls = stubHub(routes);
  return { calls, ...renderWithHub(<ReservedBar conversation={row} />) };
}

describe("the bar of what was given to oneself", () => {
  beforeEach(logIn);

  it("counts down, and is read aloud once", async () => {
    const { container } = show();
    expect(screen.getByTestId("reserved-bar")).toHaveTextContent(/accept within (1\d|2[0-4]) s/);
    expect(screen.getByRole("status")).toHaveTextContent(/^Given to you: accept it until .*:\d\d/);
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("accepts, and goes", async () => {
    const accepted = aConversation(1, { seq: 9, assignee: me });
    const { client, calls, again } = show({ [ACCEPT]: () => ({ body: accepted }) });
    client.setQueryData(keys.conversation(accepted.id), offered());
    await userEvent.click(screen.getByRole("button", { name: "Accept" }));
    await waitFor(() =>
      expect(client.getQueryData(keys.conversation(accepted.id))).toEqual(accepted),
    );
    again(<ReservedBar conversation={accepted} />);
    expect(screen.queryByTestId("reserved-bar")).toBeNull();
    expect(screen.queryByTestId("reserved-gone")).toBeNull();
    expect(calls).toHaveLength(1);
  });

  it("says so when it went to somebody else", async () => {
    const { again } = show();
    again(<ReservedBar conversation={aConversation(1, { seq: 2 })} />);
    expect(screen.getByTestId("reserved-gone")).toHaveTextContent(/was not accepted in time/);
    const ben = { id: id("usr", 2), name: "Ben" };
    again(<ReservedBar conversation={aConversation(1, { seq: 3, assignee: ben })} />);
    expect(screen.getByRole("status")).toHaveTextContent("Ben has it now.");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByTestId("reserved-gone")).toBeNull();
  });

  it("asks the hub again when it was too late", async () => {
    const { client } = show({ [ACCEPT]: () => refusal(409, "conflict") });
    client.setQueryData(keys.conversation(id("cnv", 1)), offered());
    await userEvent.click(screen.getByRole("button", { name: "Accept" }));
    await waitFor(() =>
      expect(client.getQueryState(keys.conversation(id("cnv", 1)))?.isInvalidated).toBe(true),
    );
  });

  it("is not there for what is given to others", () => {
    show(
      {},
      aConversation(1, { assignee: { id: id("usr", 2), name: "Ben" }, reserved_until: soon() }),
    );
    expect(screen.queryByTestId("reserved-bar")).toBeNull();
  });
});
