import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Session } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { itemsOf, type Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { accessibilityProblems } from "@/testing/axe";
import { aSession, at, id, ME, paged } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { applySession } from "./events";
import { NumbersPage } from "./numbers-page";

const page =
  (...data: Session[]) =>
  () => ({ body: { data, next_cursor: null } });

describe("the numbers", () => {
  beforeEach(logIn);

  it("connects a number and shows what to enter at Meta", async () => {
    const calls = stubHub({
      "GET /sessions": () => ({ body: { data: [], next_cursor: null } }),
      "POST /sessions": () => ({ status: 201, body: aSession({ verify_token: "secret-word" }) }),
      [`POST /sessions/${id("ses", 1)}/test`]: () => ({
        body: aSession({ verify_token: "secret-word" }),
      }),
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
    expect(screen.getByText("smb_message_echoes")).toBeVisible();
    expect(screen.queryByText(/Meta can't call this address/)).toBeNull();
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

  it("says that Meta can't call an address without https or on this machine", async () => {
    stubHub({
      "GET /sessions": page(
        aSession({ webhook_url: "http://hub.example.com/webhooks/whatsapp/ses_1" }),
        aSession({ id: "ses_2", webhook_url: "https://localhost/webhooks/whatsapp/ses_2" }),
        aSession({ id: "ses_3" }),
      ),
    });
    renderWithHub(<NumbersPage />);
    expect(await screen.findAllByText(/Meta can't call this address/)).toHaveLength(2);
  });

  it("keeps what to enter at Meta in view when the first webhook comes", async () => {
    stubHub({ "GET /sessions": page(aSession()) });
    const { live } = renderWithHub(<NumbersPage />);
    expect(await screen.findByTestId("webhook-url")).toBeVisible();
    const heard = { ...aSession().health, last_webhook_at: at(6) };
    live.apply<Pages<Session>>(keys.sessions, (known) =>
      applySession(known, aSession({ health: heard, updated_at: at(6) })),
    );
    expect(await screen.findByText(/^Last webhook/)).toBeVisible();
    expect(screen.getByTestId("webhook-url")).toBeVisible();
  });

  it("says on the card why a test failed, until one has an answer", async () => {
    const unknown = { ...aSession().health, state: "unknown" as const };
    const number = aSession({ health: unknown });
    let answer: () => ReturnType<typeof refusal> = () => ({
      status: 502,
      body: { ...(refusal(502, "provider_failed").body as object), detail: "no route to host" },
    });
    stubHub({
      "GET /sessions": page(number),
      [`POST /sessions/${number.id}/test`]: () => answer(),
    });
    renderWithHub(<NumbersPage />);
    expect(await screen.findByText("Not tested")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Test" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "The test failed now: no route to host",
    );
    expect(screen.getByText("Not reached")).toBeVisible();
    answer = () => ({ body: aSession({ updated_at: at(7) }) });
    await userEvent.click(screen.getByRole("button", { name: "Test" }));
    expect(await screen.findByText("Works")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
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
