import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Session } from "@/lib/api/types";
import { itemsOf } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { accessibilityProblems } from "@/testing/axe";
import { aSession, at, ME, paged } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { applySession } from "./events";
import { NumbersPage } from "./numbers-page";

describe("the numbers", () => {
  beforeEach(logIn);

  it("connects a number and shows what to enter at Meta", async () => {
    const calls = stubHub({
      "GET /sessions": () => ({ body: { data: [], next_cursor: null } }),
      "POST /sessions": () => ({ status: 201, body: aSession({ verify_token: "secret-word" }) }),
    });
    renderWithHub(<NumbersPage />);
    await screen.findByText("No number yet");
    await userEvent.click(screen.getByTestId("new-number"));
    const fields = { name: "Shop", pnid: "100", waba: "200", token: "EAA", secret: "s3" };
    for (const [field, value] of Object.entries(fields)) {
      await userEvent.type(screen.getByTestId(`number-${field}`), value);
    }
    await userEvent.click(screen.getByTestId("number-save"));
    expect(await screen.findByTestId("webhook-url")).toHaveTextContent("/webhooks/whatsapp/ses_1");
    expect(screen.getByTestId("verify-token")).toHaveTextContent("secret-word");
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      name: "Shop",
      provider: "cloud_api",
      phone_number_id: "100",
      business_account_id: "200",
      access_token: "EAA",
      app_secret: "s3",
    });
  });

  it("keeps the form and says what is wrong when the hub refuses", async () => {
    stubHub({
      "GET /sessions": () => ({ body: { data: [], next_cursor: null } }),
      "POST /sessions": () => refusal(409, "session_exists"),
    });
    renderWithHub(<NumbersPage />);
    await userEvent.click(await screen.findByTestId("new-number"));
    for (const field of ["name", "pnid", "waba", "token", "secret"]) {
      await userEvent.type(screen.getByTestId(`number-${field}`), "1");
    }
    await userEvent.click(screen.getByTestId("number-save"));
    expect(await screen.findByText("This number is connected already.")).toBeVisible();
    expect(screen.getByTestId("number-name")).toHaveValue("1");
  });

  it("shows an agent how the numbers are, and nothing to change", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    stubHub({ "GET /sessions": () => ({ body: { data: [aSession()], next_cursor: null } }) });
    const { container } = renderWithHub(<NumbersPage />);
    expect(await screen.findByText("Works")).toBeVisible();
    expect(screen.queryByTestId("new-number")).toBeNull();
    expect(screen.queryByRole("button", { name: "Test" })).toBeNull();
    await waitFor(async () => expect(await accessibilityProblems(container)).toEqual([]));
  });

  it("takes events: newer states, new numbers, and keeps the token that an event does not carry", () => {
    const known = aSession({ verify_token: "word", updated_at: at(5) });
    const list = paged([known], 5, 5);
    const then = (next: Session) => itemsOf(applySession(list, next));
    expect(then(aSession({ name: "old", updated_at: at(4) }))).toEqual([known]);
    expect(then(aSession({ name: "new", updated_at: at(6) }))[0]).toMatchObject({
      name: "new",
      verify_token: "word",
    });
    expect(then(aSession({ id: "ses_2" }))).toHaveLength(2);
    // Beyond the pages that were loaded: its page brings it.
    const begun = paged([known, aSession({ id: "ses_3" })], 1, 1);
    expect(applySession(begun, aSession({ id: "ses_2" }))).toBe(begun);
  });
});
