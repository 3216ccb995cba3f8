import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useDesktopNotices } from "@/lib/desktop-notice";
import { accessibilityProblems } from "@/testing/axe";
import { at, id } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { LoginsBox } from "./logins-box";
import { NotificationsBox } from "./notifications-box";
import { TwoFactorBox } from "./two-factor-box";

const CODES = Array.from({ length: 10 }, (_, number) => `abcd-efgh-jkmn-000${number}`);
const OFF = { enabled: false, since: null, recovery_codes: 0 };
const ON = { enabled: true, since: at(0), recovery_codes: 2 };

beforeEach(logIn);

describe("two-factor log-in", () => {
  it("is set up by password, picture and a first code, and shows the recovery codes once", async () => {
    let state: object = OFF;
    const calls = stubHub({
      "GET /me/two-factor": () => ({ body: state }),
      "POST /me/two-factor": () => ({
        status: 201,
        body: { secret: "GEZDGNBV", url: "otpauth://totp/x", qr: "<svg/>" },
      }),
      "POST /me/two-factor/confirm": () => {
        state = { ...ON, recovery_codes: 10 };
        return { body: { recovery_codes: CODES } };
      },
    });
    renderWithHub(<TwoFactorBox />);
    await userEvent.click(await screen.findByRole("button", { name: "Set it up" }));
    await userEvent.type(screen.getByLabelText("Current password"), "a good password{Enter}");
    expect(await screen.findByRole("img", { name: /QR code/ })).toHaveAttribute(
      "src",
      "data:image/svg+xml,%3Csvg%2F%3E",
    );
    expect(screen.getByText("GEZDGNBV")).toBeVisible();
    expect(await accessibilityProblems(document.body)).toEqual([]);
    await userEvent.type(screen.getByLabelText("Code"), "123456{Enter}");
    const list = await screen.findByRole("list", { name: "Your recovery codes" });
    expect(within(list).getAllByRole("listitem")).toHaveLength(10);
    expect(await accessibilityProblems(document.body)).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Done" }));
    expect(await screen.findByText("10 recovery codes are left.")).toBeVisible();
    expect(screen.queryByText(CODES[0] ?? "")).toBeNull();
    expect(calls.map(({ body }) => body).filter(Boolean)).toEqual([
      { password: "a good password" },
      { code: "123456" },
    ]);
  });

  it("warns of few codes, and is turned off by password and code only", async () => {
    const calls = stubHub({
      "GET /me/two-factor": () => ({ body: ON }),
      "DELETE /me/two-factor": ({ body }) =>
        (body as { code: string }).code === "123456"
          ? { status: 204 }
          : refusal(401, "invalid_code"),
    });
    renderWithHub(<TwoFactorBox />);
    expect(await screen.findByRole("note")).toHaveTextContent("2 recovery codes are left.");
    await userEvent.click(screen.getByRole("button", { name: "Turn it off" }));
    await userEvent.type(screen.getByLabelText("Current password"), "a good password");
    await userEvent.type(screen.getByLabelText("Code"), "000000");
    const off = screen.getAllByRole("button", { name: "Turn it off" }).at(-1) as HTMLElement;
    await userEvent.click(off);
    expect(await screen.findByText("This code is wrong, or was used already.")).toBeVisible();
    await userEvent.clear(screen.getByLabelText("Code"));
    await userEvent.type(screen.getByLabelText("Code"), "123456");
    await userEvent.click(off);
    await waitFor(() => expect(screen.queryByLabelText("Code")).toBeNull());
    expect(calls.findLast(({ method }) => method === "DELETE")?.body).toEqual({
      password: "a good password",
      code: "123456",
    });
  });
});

describe("where one is logged in", () => {
  const login = (number: number, part: object = {}) => ({
    id: id("lgn", number),
    created_at: at(0),
    last_used_at: at(number),
    address: "198.51.100.7",
    client: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/133.0",
    current: false,
    ...part,
  });

  it("ends one of them, and all others after a question", async () => {
    let logins = [login(3, { current: true }), login(2, { client: null, address: null }), login(1)];
    const calls = stubHub({
      "GET /me/logins": () => ({ body: { data: logins, next_cursor: null } }),
      [`DELETE /me/logins/${id("lgn", 2)}`]: () => {
        logins = logins.filter((one) => one.id !== id("lgn", 2));
        return { status: 204 };
      },
      "DELETE /me/logins": () => {
        logins = logins.slice(0, 1);
        return { status: 204 };
      },
    });
    const { container } = renderWithHub(<LoginsBox />);
    const lines = await screen.findAllByRole("listitem");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toHaveTextContent(/Firefox · Windows.*This one.*198\.51\.100\.7/);
    expect(within(lines[0] as HTMLElement).queryByRole("button")).toBeNull();
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Log out of Unknown program" }));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
    await userEvent.click(screen.getByRole("button", { name: "Log out everywhere else" }));
    expect(
      calls.filter(({ path, method }) => method === "DELETE" && path === "/me/logins"),
    ).toEqual([]);
    const dialog = screen.getByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Log out everywhere else" }));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
    expect(screen.queryByRole("button", { name: "Log out everywhere else" })).toBeNull();
  });
});

describe("notifications", () => {
  const wanted = {
    desktop: false,
    sound: false,
    messages: true,
    given: true,
    mentions: true,
    waiting: false,
  };
  afterEach(() => {
    vi.unstubAllGlobals();
    useDesktopNotices.setState({ wanted: false, permission: "missing" });
  });

  it("are kept by the hub, one change at a time", async () => {
    let kept = wanted;
    const calls = stubHub({
      "GET /me/notifications": () => ({ body: kept }),
      "PUT /me/notifications": ({ body }) => {
        kept = body as typeof wanted;
        return { body };
      },
    });
    const { container } = renderWithHub(<NotificationsBox />);
    const sound = await screen.findByRole("checkbox", { name: /Sound/ });
    expect(screen.getByText("Nothing is told while both ways are off.")).toBeVisible();
    await userEvent.click(sound);
    await userEvent.click(screen.getByRole("checkbox", { name: /begins to wait/ }));
    await waitFor(() => expect(kept).toEqual({ ...wanted, sound: true, waiting: true }));
    expect(sound).toBeChecked();
    expect(screen.queryByText("Nothing is told while both ways are off.")).toBeNull();
    expect(calls.filter(({ method }) => method === "PUT")).toHaveLength(2);
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("wanted on another device have to be allowed by this browser as well", async () => {
    const asked = vi.fn(async () => "granted" as const);
    vi.stubGlobal(
      "Notification",
      Object.assign(vi.fn(), { permission: "default", requestPermission: asked }),
    );
    useDesktopNotices.setState({ wanted: true, permission: "default" });
    stubHub({
      "GET /me/notifications": () => ({ body: { ...wanted, desktop: true } }),
      "PUT /me/notifications": ({ body }) => ({ body }),
    });
    renderWithHub(<NotificationsBox />);
    const box = await screen.findByRole("checkbox", { name: /Desktop/ });
    expect(box).toHaveAccessibleDescription(/has not been asked/);
    await userEvent.click(screen.getByRole("button", { name: "Allow them here" }));
    expect(asked).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByRole("button", { name: /Allow/ })).toBeNull());
    expect(box).toBeChecked();
  });
});
