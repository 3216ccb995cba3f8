import { useQuery } from "@tanstack/react-query";
import { act, screen, waitFor } from "@testing-library/react";
import { useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { QueueFigures } from "@/lib/api/types";
import { SocketContext, useConnection } from "@/lib/connection";
import { useDesktopNotices } from "@/lib/desktop-notice";
import { useLogin } from "@/lib/session-user";
import type { LiveSocket } from "@/lib/socket";
import { accessibilityProblems } from "@/testing/axe";
import { aQueue, id, ME, notifications } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { takeQueue } from "../live";
import { NavRail } from "../nav-rail";
import { LineAlerts } from "./line-alerts";
// Fetched already, so that no test waits for it.
import "./alert-watcher";

const TEAM = aQueue(1, { waiting: 21 });
const NONE = aQueue(0);

function Page({ list }: { list: () => Promise<string> }) {
  useQuery({ queryKey: ["list"], queryFn: list });
  const { pathname } = useLocation();
  return (
    <>
      <NavRail />
      <LineAlerts />
      <p data-testid="where">{pathname}</p>
    </>
  );
}

function show(queues: QueueFigures[], list = () => Promise.resolve("rows")) {
  const told = notifications();
  const calls = stubHub({
    "GET /me/notifications": () => ({ body: told }),
    "GET /queues": () => ({ body: { data: queues } }),
    "GET /mentions": () => ({ body: { data: [], next_cursor: null } }),
  });
  const subscribe = vi.fn((_: string) => () => undefined);
  const view = renderWithHub(
    <SocketContext value={{ subscribe } as unknown as LiveSocket}>
      <Page list={list} />
    </SocketContext>,
    "/settings/tags",
  );
  const asked = () => calls.filter(({ path }) => path === "/queues").length;
  const tell = (queue: QueueFigures) => act(() => takeQueue(view.live, view.client, queue));
  return { ...view, told, asked, subscribe, tell };
}

const live = (name: string) => screen.findByRole("link", { name });
const said = (text: string) => screen.findByText(text, { selector: "[role=status]" });

describe("alerts of the lines", () => {
  beforeEach(logIn);
  afterEach(() => useConnection.setState({ staleSince: null }));

  it("are counted in the navigation, wherever their supervisor is", async () => {
    const { container, subscribe, tell } = show([TEAM, NONE]);
    expect(await live("Live, 1 alert")).toHaveTextContent("1");
    await waitFor(() =>
      expect(subscribe.mock.calls.flat()).toEqual([`queue:${id("team", 1)}`, "queue:none"]),
    );
    expect(await accessibilityProblems(container)).toEqual([]);
    tell({ ...NONE, breached: 6 });
    expect(await live("Live, 2 alerts")).toHaveTextContent("2");
    tell({ ...TEAM, waiting: 20 });
    tell({ ...NONE, breached: 0 });
    expect((await live("Live")).textContent).toBe("");
  });

  it("are said once, when a line gets over", async () => {
    const { tell } = show([TEAM, NONE]);
    const status = await said("Team 1: More than 20 wait.");
    tell({ ...TEAM, waiting: 30 });
    tell({ ...NONE, waiting: 21 });
    // Not the first one again.
    await waitFor(() => expect(status).toHaveTextContent(/^No team: More than 20 wait\.$/));
  });

  it("are not for agents", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    const { client, asked } = show([TEAM]);
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(asked()).toBe(0);
    expect(screen.queryByRole("link", { name: /Live/ })).toBeNull();
    act(() => useLogin.setState({ user: { ...ME, role: "supervisor" } }));
    expect(await live("Live, 1 alert")).toBeVisible();
    act(() => useLogin.setState({ user: { ...ME, role: "agent" } }));
    act(() => useLogin.setState({ user: { ...ME, role: "admin" } }));
    // What is counted is gone with who watched.
    expect(await live("Live, 1 alert")).toBeVisible();
  });

  it("wait for the page's list", async () => {
    let answer = (_: string) => {};
    const list = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const { client, asked } = show([TEAM], () => list);
    await waitFor(() => expect(client.isFetching()).toBe(1));
    expect(asked()).toBe(0);
    answer("rows");
    expect(await live("Live, 1 alert")).toBeVisible();
    expect(asked()).toBe(1);
  });

  it("of figures that are old are none, and are not said again when they are new", async () => {
    const { client, tell } = show([TEAM, NONE]);
    const status = await said("Team 1: More than 20 wait.");
    // The socket has been away since before the page's clock last went on.
    act(() => useConnection.setState({ staleSince: 1 }));
    expect((await live("Live")).textContent).toBe("");
    act(() => useConnection.setState({ staleSince: null }));
    await act(() => client.invalidateQueries({ queryKey: ["queues"] }));
    expect(await live("Live, 1 alert")).toBeVisible();
    tell({ ...NONE, waiting: 21 });
    await waitFor(() => expect(status).toHaveTextContent(/^No team: More than 20 wait\.$/));
  });

  describe("on the desktop", () => {
    const shown: { title: string; body: string; notice: { onclick?: () => void } }[] = [];

    beforeEach(() => {
      shown.length = 0;
      class Stub {
        static permission = "granted";
        constructor(title: string, { body }: { body: string }) {
          shown.push({ title, body, notice: this });
        }
        onclick?: () => void;
        close() {}
      }
      vi.stubGlobal("Notification", Stub);
      vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
      useDesktopNotices.setState({ wanted: true, permission: "granted" });
    });
    afterEach(() => {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
      useDesktopNotices.setState({ wanted: false, permission: "missing" });
    });

    it("lead to the wall", async () => {
      const { told } = show([TEAM]);
      told.alerts = { wait_minutes: 15, waiting: 3, breached: 5, desktop: true };
      await said("Team 1: More than 3 wait.");
      await waitFor(() =>
        expect(shown).toMatchObject([{ title: "Team 1", body: "More than 3 wait" }]),
      );
      act(() => shown[0]?.notice.onclick?.());
      expect(screen.getByTestId("where")).toHaveTextContent("/wall");
    });

    it("come only to those who want them there", async () => {
      show([TEAM]);
      await said("Team 1: More than 20 wait.");
      expect(shown).toEqual([]);
    });
  });
});
