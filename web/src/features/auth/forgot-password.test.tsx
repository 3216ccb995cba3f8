import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "@/testing/axe";
import { type Reply, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { ForgotPasswordPage } from "./password-pages";

const FORGOT = "/auth/forgot-password";

function show(mail: boolean, answer: Reply = { status: 202 }) {
  const calls = stubHub({
    "GET /setup": () => ({ body: { registration_open: false, demo: null, version: "1", mail } }),
    [`POST ${FORGOT}`]: () => answer,
  });
  const asked = () => calls.filter(({ path }) => path === FORGOT).map(({ body }) => body);
  return { asked, ...renderWithHub(<ForgotPasswordPage />, "/forgot-password") };
}

const send = async (email: string) => {
  await userEvent.type(await screen.findByLabelText("E-mail"), email);
  await userEvent.click(screen.getByRole("button", { name: "Send the link" }));
};

describe("who forgot the password", () => {
  it("gets a link by mail, and learns nothing of who is there", async () => {
    const { asked, container } = show(true);
    await send("mara@example.com");
    expect(await screen.findByText(/If somebody logs in with mara@example.com/)).toBeVisible();
    expect(asked()).toEqual([{ email: "mara@example.com" }]);
    expect(screen.getByText(/An admin of your organization/)).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("hears why nothing was sent, and may try again", async () => {
    show(true, refusal(429, "too_many_attempts"));
    await send("mara@example.com");
    expect(await screen.findByText(/Too many attempts/)).toBeVisible();
    expect(screen.getByLabelText("E-mail")).toHaveValue("mara@example.com");
  });

  it("is sent to an admin where the hub sends no mail", async () => {
    const { asked } = show(false);
    expect(await screen.findByText(/Ask an admin of your organization/)).toBeVisible();
    await waitFor(() => expect(screen.queryByLabelText("E-mail")).toBeNull());
    expect(asked()).toEqual([]);
  });
});
