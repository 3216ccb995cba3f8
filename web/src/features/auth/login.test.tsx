import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { dropTokens, hasLogin } from "@/lib/api/auth-tokens";
import { accessibilityProblems } from "@/testing/axe";
import { ME } from "@/testing/builders";
import { type Call, type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { LoginPage } from "./login-page";

const TOKENS = {
  access_token: "access-1",
  refresh_token: "refresh-1",
  expires_in: 900,
  token_type: "Bearer",
  user: ME,
};
const HALF = { two_factor_required: true, challenge: "half way", expires_in: 300 };

function show(second: () => ReturnType<typeof refusal>) {
  const calls = stubHub({
    "GET /setup": () => ({ body: { registration_open: false, demo: null, version: "1" } }),
    "POST /auth/login": () => ({ body: HALF }),
    "POST /auth/login/two-factor": second,
  });
  return { calls, ...renderWithHub(<LoginPage />, "/login") };
}

async function passTheFirst() {
  await userEvent.type(screen.getByLabelText("E-mail"), "mara@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "a good password{Enter}");
  return screen.findByLabelText("Code");
}

describe("logging in with a second factor", () => {
  beforeEach(dropTokens);

  it("asks for the code that a phone can fill in, and lets in with it", async () => {
    const { calls, container } = show(() => ({ body: TOKENS }));
    const field = await passTheFirst();
    expect(hasLogin()).toBe(false);
    await waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveAttribute("autocomplete", "one-time-code");
    expect(field).toHaveAttribute("inputmode", "numeric");
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.type(field, "123 456{Enter}");
    await waitFor(() => expect(hasLogin()).toBe(true));
    expect(calls.at(-1)?.body).toEqual({ challenge: "half way", code: "123 456" });
  });

  it("says that a code is wrong and takes another kind", async () => {
    const { calls } = show(() => refusal(401, "invalid_code"));
    const field = await passTheFirst();
    await userEvent.type(field, "000000{Enter}");
    expect(await screen.findByText("This code is wrong, or was used already.")).toBeVisible();
    expect(field).toBeInvalid();
    await waitFor(() => expect(field).toHaveValue(""));
    await waitFor(() => expect(field).toHaveFocus());
    await userEvent.click(screen.getByRole("button", { name: "Use a recovery code instead" }));
    const recovery = screen.getByLabelText("Recovery code");
    expect(recovery).not.toHaveAttribute("aria-invalid");
    expect(recovery).toHaveFocus();
    await userEvent.type(recovery, "abcd-efgh-jkmn-pqrs{Enter}");
    await waitFor(() =>
      expect(calls.at(-1)?.body).toEqual({ challenge: "half way", code: "abcd-efgh-jkmn-pqrs" }),
    );
  });

  it("leads back to the password when it took too long", async () => {
    show(() => refusal(401, "challenge_expired"));
    await userEvent.type(await passTheFirst(), "123456{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(/took too long/);
    await userEvent.click(screen.getByRole("button", { name: "Log in again" }));
    expect(screen.getByLabelText("Password")).toHaveValue("");
  });
});

const LOCKED: Reply = { ...refusal(429, "too_many_attempts"), headers: { "Retry-After": "600" } };

/** A hub where wrong passwords have locked Mara out; what it says to a code is up to the test. */
function showLocked(toCode: (call: Call) => Reply) {
  const calls = stubHub({
    "GET /setup": () => ({ body: { registration_open: false, demo: null, version: "1" } }),
    "POST /auth/login": (call) => ("code" in (call.body as object) ? toCode(call) : LOCKED),
  });
  return { calls, ...renderWithHub(<LoginPage />, "/login") };
}

/** Gives e-mail and password, as in the other tests; the hub refuses. */
const beLocked = passTheFirst;

describe("logging in while the account is locked", () => {
  beforeEach(dropTokens);

  it("says how long to wait, offers to enter with a code, and leaves the focus where it is", async () => {
    const { calls, container } = showLocked(() => ({ body: TOKENS }));
    expect(screen.queryByLabelText("Code")).toBeNull();
    const field = await beLocked();
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Try again in 10 minutes.");
    expect(alert).toHaveTextContent(/With two-factor log-in you can enter now/);
    expect(screen.getByLabelText("Password")).toHaveFocus();
    expect(field).not.toBeInvalid();
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.type(field, "123 456{Enter}");
    await waitFor(() => expect(hasLogin()).toBe(true));
    expect(calls.at(-1)?.body).toEqual({
      email: "mara@example.com",
      password: "a good password",
      code: "123 456",
    });
  });

  it("says at the field that it did not work, and takes a recovery code", async () => {
    const { calls } = showLocked(() => LOCKED);
    const field = await beLocked();
    await userEvent.type(field, "000000");
    await userEvent.click(screen.getByRole("button", { name: "Log in" }));
    expect(await screen.findByText(/The password or the code may be wrong/)).toBeVisible();
    expect(await screen.findByText(/Try again in 10 minutes/)).toBeVisible();
    expect(field).toBeInvalid();
    expect(field).toHaveValue("");
    expect(field).toHaveFocus();
    await userEvent.click(screen.getByRole("button", { name: "Use a recovery code instead" }));
    const recovery = screen.getByLabelText("Recovery code");
    expect(recovery).toBeValid();
    expect(recovery).toHaveFocus();
    await userEvent.type(recovery, "abcd-efgh-jkmn-pqrs{Enter}");
    await waitFor(() => expect(calls.at(-1)?.body).toMatchObject({ code: "abcd-efgh-jkmn-pqrs" }));
  });

  it("sends no code when none is given", async () => {
    const { calls } = showLocked(() => ({ body: TOKENS }));
    await beLocked();
    await userEvent.type(screen.getByLabelText("Password"), "{Enter}");
    await waitFor(() => expect(calls.filter(({ method }) => method === "POST")).toHaveLength(2));
    expect(calls.at(-1)?.body).toEqual({ email: "mara@example.com", password: "a good password" });
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 10 minutes.");
  });

  it("is about one e-mail: another one is not asked for a code", async () => {
    showLocked(() => ({ body: TOKENS }));
    await userEvent.type(await beLocked(), "123456");
    await userEvent.type(screen.getByLabelText("E-mail"), "x");
    expect(screen.queryByLabelText("Code")).toBeNull();
    expect(screen.queryByText(/With two-factor log-in/)).toBeNull();
  });
});
