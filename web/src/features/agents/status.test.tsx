import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Menu } from "@/components/ui/menu";
import { Toasts } from "@/components/ui/toast";
import type { Agent } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { anAgent } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { IDLE_MS } from "./activity";
import { MissedBanner } from "./missed-banner";
import { OwnStatus, StatusItems } from "./status-items";
import { useAutoAway } from "./use-auto-away";
import { useToldStatus } from "./use-told-status";

function Page() {
  useAutoAway();
  useToldStatus();
  return (
    <>
      <MissedBanner />
      <Menu
        trigger={
          <button type="button">
            Mara <OwnStatus />
          </button>
        }
      >
        <StatusItems />
      </Menu>
      <Toasts />
    </>
  );
}

function show(first: Partial<Agent> = {}) {
  let mine = anAgent(first);
  const calls = stubHub({
    "GET /me/status": () => ({ body: mine }),
    "PUT /me/status": ({ body }) => {
      const { status, idle } = body as { status: Agent["status"]; idle?: boolean };
      mine = anAgent({ status, state: status, reason: idle ? "idle" : null });
      return { body: mine };
    },
  });
  const said = () => calls.filter(({ method }) => method === "PUT").map(({ body }) => body);
  return { ...renderWithHub(<Page />), said };
}

const is = (status: string) =>
  waitFor(() => expect(screen.getByTestId("my-status")).toHaveAttribute("data-status", status));

describe("one's own status", () => {
  beforeEach(logIn);

  it("is on one's face as a word, and is changed in the menu", async () => {
    const { said } = show();
    await userEvent.click(await screen.findByRole("button", { name: "Mara Online" }));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: /Busy/ }));
    await is("busy");
    expect(said()).toEqual([{ status: "busy" }]);
  });

  it.each([
    ["idle", "Away: nobody touched this page"],
    ["missed", "You missed a conversation"],
    ["forced", "Set by a supervisor"],
  ] as const)("says why one did not choose it: %s", async (reason, why) => {
    show({ status: "busy", reason });
    await userEvent.click(await screen.findByRole("button", { name: "Mara Busy" }));
    expect(screen.getByText(why)).toBeVisible();
    expect(await accessibilityProblems(document.body)).toEqual([]);
  });

  it("is told when a supervisor sets it, and not when it was so before", async () => {
    const { client } = show({ status: "busy", reason: "forced" });
    await is("busy");
    expect(screen.queryByText(/A supervisor set/)).toBeNull();
    act(() => client.setQueryData(keys.myStatus, anAgent({ status: "away", reason: "forced" })));
    expect(await screen.findByText("A supervisor set your status to “Away”.")).toBeVisible();
  });

  it("cries out when one missed a conversation, until one is back", async () => {
    const { said } = show({ status: "away", reason: "missed" });
    expect(await screen.findByRole("alert")).toHaveTextContent(/did not accept/);
    await userEvent.click(screen.getByRole("button", { name: "I'm back" }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(said()).toEqual([{ status: "online" }]);
  });
});

describe("away by itself", () => {
  beforeEach(() => {
    logIn();
    vi.useFakeTimers({ shouldAdvanceTime: true });
  });
  afterEach(() => vi.useRealTimers());

  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

  it("comes after ten minutes without a touch, and ends with the next one", async () => {
    const { said } = show();
    await is("online");
    await wait(2 * 60_000);
    fireEvent.keyDown(document.body, { key: "a" });
    await wait(IDLE_MS - 60_000);
    expect(said()).toEqual([]);
    await wait(90_000);
    expect(said()).toEqual([{ status: "away", idle: true }]);
    await is("away");
    fireEvent.pointerMove(document.body);
    fireEvent.pointerMove(document.body);
    await is("online");
    expect(said()).toHaveLength(2);
  });

  it("does not come where another tab of this browser is in use", async () => {
    const { said } = show();
    await is("online");
    await wait(IDLE_MS - 60_000);
    localStorage.setItem("last-touch", String(Date.now()));
    await wait(2 * 60_000);
    expect(said()).toEqual([]);
  });

  it("is said once: another device that is in use may say the opposite", async () => {
    const { said, client } = show();
    await is("online");
    await wait(IDLE_MS + 60_000);
    act(() => client.setQueryData(keys.myStatus, anAgent()));
    await wait(5 * 60_000);
    expect(said()).toEqual([{ status: "away", idle: true }]);
  });

  it("does not end what a person chose, or a supervisor", async () => {
    const { said, client } = show({ status: "away" });
    await is("away");
    fireEvent.keyDown(document.body, { key: "a" });
    act(() => client.setQueryData(keys.myStatus, anAgent({ status: "away", reason: "forced" })));
    await wait(60_000);
    fireEvent.keyDown(document.body, { key: "a" });
    await wait(60_000);
    expect(said()).toEqual([]);
  });

  it("is taken back at once when an unused device says it while this one is in use", async () => {
    const { said, client } = show();
    await is("online");
    act(() => client.setQueryData(keys.myStatus, anAgent({ status: "away", reason: "idle" })));
    await wait(0);
    await waitFor(() => expect(said()).toEqual([{ status: "online" }]));
  });
});
