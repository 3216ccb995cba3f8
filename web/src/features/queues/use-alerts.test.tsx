import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { aQueue, notifications } from "@/testing/builders";
import { logIn, type Reply, renderWithHub, stubHub } from "@/testing/hub";
import { useAlerts } from "./use-alerts";

const FULL = [aQueue(1, { waiting: 30 }), aQueue(0)];

function Alerts() {
  return <p data-testid="alerts">{useAlerts(FULL).map(({ kind, limit }) => `${kind} ${limit}`)}</p>;
}

describe("what is over its line", () => {
  it("shows when the hub has said where one draws it, not before", async () => {
    logIn();
    let answer = (_: Reply) => {};
    const told = new Promise<Reply>((resolve) => {
      answer = resolve;
    });
    stubHub({ "GET /me/notifications": () => told });
    renderWithHub(<Alerts />);
    expect(screen.getByTestId("alerts")).toBeEmptyDOMElement();
    answer({ body: notifications() });
    await waitFor(() => expect(screen.getByTestId("alerts")).toHaveTextContent("waiting 20"));
  });
});
