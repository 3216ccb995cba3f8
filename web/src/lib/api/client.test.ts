import { beforeEach, describe, expect, it, vi } from "vitest";
import { ME } from "@/testing/builders";
import { logIn, refusal, stubHub } from "@/testing/hub";
import { hasLogin, onAuthChange } from "./auth-tokens";
import { api } from "./client";
import { ApiError, NetworkError } from "./problem";

const fresh = (number: number) => ({
  body: {
    access_token: `access-${number}`,
    refresh_token: `refresh-${number}`,
    expires_in: 900,
    token_type: "Bearer",
    user: ME,
  },
});

/** A hub that takes only the second access token. */
function hubWithExpiredToken(refresh: () => ReturnType<typeof fresh> | ReturnType<typeof refusal>) {
  return stubHub({
    "GET /things": ({ authorization }) =>
      authorization === "Bearer access-2" ? { body: { ok: true } } : refusal(401, "unauthorized"),
    "POST /auth/refresh": async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return refresh();
    },
  });
}

describe("requests", () => {
  beforeEach(logIn);

  it("exchanges the token once, however many requests need it", async () => {
    const calls = hubWithExpiredToken(() => fresh(2));
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.get("/things")));
    expect(answers).toEqual(Array(4).fill({ ok: true }));
    const refreshes = calls.filter((call) => call.path === "/auth/refresh");
    expect(refreshes).toHaveLength(1);
    expect(refreshes[0]?.body).toEqual({ refresh_token: "refresh-1" });
    expect(localStorage.getItem("refresh_token")).toBe("refresh-2");
  });

  it("uses the refresh token that another tab left", async () => {
    const calls = hubWithExpiredToken(() => fresh(2));
    localStorage.setItem("refresh_token", "from-another-tab");
    await api.get("/things");
    expect(calls.find((call) => call.path === "/auth/refresh")?.body).toEqual({
      refresh_token: "from-another-tab",
    });
  });

  it("holds a lock over the exchange, so that two tabs do not both make it", async () => {
    const held: string[] = [];
    vi.stubGlobal("navigator", {
      ...navigator,
      locks: {
        request: async (name: string, work: () => Promise<string>) => {
          held.push(name);
          return work();
        },
      },
    });
    hubWithExpiredToken(() => fresh(2));
    await api.get("/things");
    vi.unstubAllGlobals();
    expect(held).toEqual(["command-center-refresh"]);
  });

  it("logs out when the hub refuses the refresh token", async () => {
    hubWithExpiredToken(() => refusal(401, "refresh_token_reused"));
    const users: unknown[] = [];
    const stop = onAuthChange((user) => users.push(user));
    await expect(api.get("/things")).rejects.toMatchObject({ code: "refresh_token_reused" });
    stop();
    expect(users).toEqual([null]);
    expect(hasLogin()).toBe(false);
  });

  it("stays logged in when the hub can't be reached", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("no network");
    });
    await expect(api.get("/things")).rejects.toBeInstanceOf(NetworkError);
    expect(hasLogin()).toBe(true);
  });

  it("carries code, detail and fields of a refusal", async () => {
    stubHub({
      "POST /things": () => ({
        status: 422,
        body: {
          title: "Some fields are not valid",
          status: 422,
          code: "validation_failed",
          detail: null,
          errors: [{ field: "name", message: "is too long" }],
        },
      }),
    });
    const error = await api.post("/things", {}).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "validation_failed", status: 422 });
    expect((error as ApiError).fields).toEqual([{ field: "name", message: "is too long" }]);
  });

  it("does not doubt the token when only a password was wrong", async () => {
    const calls = stubHub({ "POST /me/password": () => refusal(401, "invalid_credentials") });
    await expect(api.post("/me/password", {})).rejects.toMatchObject({
      code: "invalid_credentials",
    });
    expect(calls).toHaveLength(1);
  });

  it("sends the idempotency key along", async () => {
    const calls = stubHub({ "POST /things": () => ({ status: 202, body: {} }) });
    await api.post("/things", { a: 1 }, { idempotencyKey: "key-1" });
    expect(calls[0]).toMatchObject({ key: "key-1", body: { a: 1 } });
  });
});
