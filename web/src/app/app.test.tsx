import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { useDrafts } from "@/features/messages/drafts";
import { dropTokens } from "@/lib/api/auth-tokens";
import { useLogin } from "@/lib/session-user";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, aNode, aReport, aSession, at, id, ME } from "@/testing/builders";
import { logIn, refusal, stubHub } from "@/testing/hub";
import { App } from "./app";
import { queryClient } from "./clients";
import { router } from "./router";
// Fetched already, so that no test waits for them.
import "@/features/auth/login-page";
import "@/features/auth/password-pages";
import "@/features/auth/register-page";
import "@/features/profile/profile-page";
import "./routes/cluster";
import "./routes/conversation-view";
import "./routes/inbox";
import "./routes/settings";

const TOKENS = {
  access_token: "access-1",
  refresh_token: "refresh-1",
  expires_in: 900,
  token_type: "Bearer",
  user: ME,
};
const page = (data: unknown[]) => () => ({ body: { data, next_cursor: null } });

function hub(part: Parameters<typeof stubHub>[0] = {}) {
  return stubHub({
    "GET /setup": () => ({ body: { registration_open: false, demo: null, version: "1" } }),
    "POST /auth/login": () => ({ body: TOKENS }),
    "POST /auth/refresh": () => ({ body: TOKENS }),
    "POST /auth/logout": () => ({ status: 204 }),
    "GET /me": () => ({ body: { user: ME, organization: { id: "org_1", name: "Radwerk" } } }),
    "GET /sessions": page([aSession()]),
    "GET /users": page([ME]),
    "GET /conversations": page([aConversation(1)]),
    [`GET /conversations/${id("cnv", 1)}`]: () => ({ body: aConversation(1) }),
    [`GET /conversations/${id("cnv", 1)}/messages`]: page([aMessage(1)]),
    [`GET /contacts/${id("con", 1)}`]: () => refusal(404, "not_found"),
    ...part,
  });
}

const where = () => router.state.location.pathname;

describe("the dashboard", () => {
  beforeEach(async () => {
    dropTokens();
    useLogin.setState({ user: null, organization: null });
    queryClient.clear();
    vi.stubGlobal(
      "WebSocket",
      class {
        send() {}
        close() {}
      },
    );
    await router.navigate("/inbox");
  });

  it("asks to log in and then shows what was asked for", async () => {
    hub();
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    render(<App />);
    await userEvent.type(await screen.findByTestId("login-email"), "mara@example.com");
    await userEvent.type(screen.getByTestId("login-password"), "long enough");
    await userEvent.click(screen.getByTestId("login-submit"));
    expect(await screen.findByText("Message 1")).toBeVisible();
    expect(where()).toBe(`/inbox/${id("cnv", 1)}`);
    await waitFor(() =>
      expect(screen.getByTestId("connection-state")).toHaveAttribute("data-state", "connecting"),
    );
  });

  it("has the next conversation in place of the last before another key can come", async () => {
    hub({ "GET /conversations": page([aConversation(1), aConversation(2)]) });
    logIn();
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    const { container } = render(<App />);
    await screen.findByTestId("composer");
    await waitFor(() => expect(screen.getAllByTestId("conversation-row")).toHaveLength(2));
    await router.navigate(`/inbox/${id("cnv", 2)}`, { flushSync: true });
    expect(container.querySelector(`[data-composer="${id("cnv", 2)}"]`)).not.toBeNull();
    expect(container.querySelector(`[data-composer="${id("cnv", 1)}"]`)).toBeNull();
  });

  it("says when the password is wrong", async () => {
    hub({ "POST /auth/login": () => refusal(401, "invalid_credentials") });
    render(<App />);
    await userEvent.type(await screen.findByTestId("login-email"), "mara@example.com");
    await userEvent.type(screen.getByTestId("login-password"), "wrong");
    await userEvent.click(screen.getByTestId("login-submit"));
    expect(await screen.findByRole("alert")).toHaveTextContent("E-mail or password is wrong.");
  });

  it("says how long nobody may try again", async () => {
    hub({
      "POST /auth/login": () => ({
        ...refusal(429, "too_many_attempts"),
        headers: { "Retry-After": "662" },
      }),
    });
    render(<App />);
    await userEvent.type(await screen.findByTestId("login-email"), "mara@example.com");
    await userEvent.type(screen.getByTestId("login-password"), "wrong");
    await userEvent.click(screen.getByTestId("login-submit"));
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 12 minutes.");
  });

  it("sends whoever forgot the password to an admin, and promises no e-mail", async () => {
    const calls = hub();
    render(<App />);
    await userEvent.click(await screen.findByRole("link", { name: "Forgot your password?" }));
    expect(await screen.findByText(/Ask an admin .* for a password link/)).toBeVisible();
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(calls.filter((call) => call.path === "/auth/forgot-password")).toEqual([]);
  });

  it("offers to set up a hub that nobody uses yet", async () => {
    const calls = hub({
      "GET /setup": () => ({ body: { registration_open: true, demo: null, version: "1" } }),
      "POST /auth/register": () => ({ status: 201, body: TOKENS }),
    });
    render(<App />);
    const fields = {
      organization: "Radwerk",
      name: "Mara",
      email: "m@x.test",
      password: "long enough",
    };
    for (const [field, value] of Object.entries(fields)) {
      await userEvent.type(await screen.findByTestId(`register-${field}`), value);
    }
    await userEvent.click(screen.getByTestId("register-submit"));
    await waitFor(() => expect(where()).toBe("/inbox"));
    expect(calls.find((call) => call.path === "/auth/register")?.body).toEqual(fields);
  });

  it("says at its field what is wrong with a registration", async () => {
    const errors = [{ field: "email", message: "must be an e-mail address" }];
    const calls = hub({
      "GET /setup": () => ({ body: { registration_open: true, demo: null, version: "1" } }),
      "POST /auth/register": () => ({
        status: 422,
        body: { ...(refusal(422, "validation_failed").body as object), errors },
      }),
    });
    render(<App />);
    await userEvent.type(await screen.findByTestId("register-organization"), "Radwerk");
    await userEvent.type(screen.getByTestId("register-name"), "Mara");
    await userEvent.type(screen.getByTestId("register-email"), "m@x");
    const password = screen.getByLabelText("Password");
    await userEvent.type(password, "short{Enter}");
    expect(password).toHaveAccessibleDescription("Too short: at least 10 characters.");
    expect(calls.filter((call) => call.path === "/auth/register")).toEqual([]);
    await userEvent.type(password, " no more{Enter}");
    const email = screen.getByLabelText("E-mail");
    await waitFor(() => expect(email).toHaveAccessibleDescription("must be an e-mail address"));
    expect(screen.getAllByRole("alert")).toHaveLength(1);
  });

  it("continues a remembered log-in, and ends it everywhere on log-out", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    const calls = hub();
    render(<App />);
    expect(await screen.findByTestId("conversation-row")).toBeVisible();
    await userEvent.click(screen.getByTestId("user-menu"));
    await userEvent.click(await screen.findByText("Log out"));
    expect(await screen.findByTestId("login-email")).toBeVisible();
    expect(calls.find((call) => call.path === "/auth/logout")?.body).toEqual({
      refresh_token: "refresh-1",
    });
    expect(localStorage.getItem("refresh_token")).toBeNull();
  });

  it("keeps the log-in when the hub is away for a moment", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("no network");
    });
    render(<App />);
    const again = await screen.findByRole("button", { name: "Try again" });
    hub();
    await userEvent.click(again);
    expect(await screen.findByTestId("conversation-row")).toBeVisible();
  });

  it("does not show one person's drafts to the next", async () => {
    useDrafts.getState().change(id("cnv", 1), { text: "secret" });
    localStorage.setItem("last-user", "usr_somebody_else");
    localStorage.setItem("refresh_token", "refresh-0");
    hub();
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    render(<App />);
    await screen.findByText("Message 1");
    expect(useDrafts.getState().drafts).toEqual({});
  });

  it("keeps the last words at the hub when somebody logs out, and none of them here", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    const conversation_id = id("cnv", 1);
    const kept = { conversation_id, text: "Hi", note_text: "", mentions: [], is_note: false };
    const draft = { ...kept, reply_to: null, revision: 1, updated_at: at(0) };
    const calls = hub({
      "GET /drafts": () => ({ body: { data: [], next_cursor: null } }),
      [`PUT /conversations/${conversation_id}/draft`]: () => ({ body: draft }),
    });
    await router.navigate("/inbox");
    render(<App />);
    await screen.findByTestId("conversation-row");
    useDrafts.getState().change(conversation_id, { text: "Hi" });
    expect(await screen.findByText("Draft")).toBeVisible();
    await userEvent.click(screen.getByTestId("user-menu"));
    await userEvent.click(await screen.findByText("Log out"));
    expect(await screen.findByTestId("login-email")).toBeVisible();
    const told = calls.map(({ method, path }) => `${method} ${path}`);
    const put = told.indexOf(`PUT /conversations/${conversation_id}/draft`);
    expect(put).toBeGreaterThan(0);
    expect(put).toBeLessThan(told.indexOf("POST /auth/logout"));
    expect(useDrafts.getState()).toMatchObject({ drafts: {}, unsaved: {} });
    expect(localStorage.getItem("drafts")).not.toContain("Hi");
  });

  it("keeps the words here of somebody who was only cut off", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    hub();
    await router.navigate("/inbox");
    render(<App />);
    await screen.findByTestId("conversation-row");
    useDrafts.getState().change(id("cnv", 1), { text: "Hi" });
    dropTokens();
    expect(await screen.findByTestId("login-email")).toBeVisible();
    expect(useDrafts.getState().drafts[id("cnv", 1)]?.text).toBe("Hi");
  });

  it("asks again for a thread that is opened again", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    const calls = hub();
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    render(<App />);
    await screen.findByText("Message 1");
    await router.navigate("/inbox");
    await waitFor(() => expect(screen.queryByText("Message 1")).toBeNull());
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    await screen.findByText("Message 1");
    const asked = () => calls.filter((call) => call.path.endsWith("/messages"));
    await waitFor(() => expect(asked()).toHaveLength(2));
  });

  it("opens a conversation as the list shows it, without waiting for the hub", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    hub({ [`GET /conversations/${id("cnv", 1)}`]: () => new Promise<never>(() => undefined) });
    render(<App />);
    await userEvent.click(await screen.findByTestId("conversation-row"));
    expect(await screen.findByText("Message 1")).toBeVisible();
    expect(screen.getByRole("heading", { level: 1, name: "Customer 1" })).toBeVisible();
  });

  it("leads those who can't see it into a conversation and back to its row", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    hub();
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    render(<App />);
    const title = await screen.findByRole("heading", { level: 1, name: "Customer 1" });
    await waitFor(() => expect(title).toHaveFocus());
    await userEvent.click(screen.getByTestId("back-button"));
    await waitFor(() => expect(screen.getByTestId("conversation-row")).toHaveFocus());
  });

  it("tells its keys to whoever presses the question mark, but not while they write one", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    hub();
    render(<App />);
    await userEvent.type(await screen.findByRole("searchbox"), "Really?");
    expect(screen.queryByRole("dialog")).toBeNull();
    (document.activeElement as HTMLElement).blur();
    await userEvent.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  });

  it("keeps the settings of admins from agents", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    const agent = { ...ME, role: "agent" as const };
    hub({
      "POST /auth/refresh": () => ({ body: { ...TOKENS, user: agent } }),
      "GET /me": () => ({ body: { user: agent, organization: { id: "org_1", name: "R" } } }),
    });
    await router.navigate("/settings/users");
    render(<App />);
    await waitFor(() => expect(where()).toBe("/settings/profile"));
    expect(await screen.findByRole("heading", { name: "Profile" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "People" })).toBeNull();
    expect(screen.queryByRole("link", { name: "Cluster" })).toBeNull();
    await router.navigate("/settings/cluster");
    await waitFor(() => expect(where()).toBe("/settings/profile"));
  });

  it("calls the numbers that a node sends for by their names", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    const node = aNode(1, { this: true, report: aReport({ lines: [id("ses", 1)] }) });
    const cluster = { nodes: [node], embedded: false, database_ms: 1, bus: true };
    hub({ "GET /cluster": () => ({ body: cluster }) });
    await router.navigate("/settings");
    render(<App />);
    await userEvent.click(await screen.findByRole("link", { name: "Cluster" }));
    expect(await screen.findByText("Sends for one number")).toBeVisible();
    expect(await screen.findByText("Shop")).toBeVisible();
  });

  it("breaks no rule of accessibility in the inbox", async () => {
    localStorage.setItem("refresh_token", "refresh-0");
    hub();
    await router.navigate(`/inbox/${id("cnv", 1)}`);
    const { container } = render(<App />);
    await screen.findByText("Message 1");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
