import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { CannedResponse } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { asShortcut, filledIn } from "@/lib/variables";
import { accessibilityProblems } from "@/testing/axe";
import { at, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { CannedResponsesPage } from "./canned-responses-page";

const HOURS: CannedResponse = {
  id: id("can", 1),
  owner_id: null,
  shortcut: "hours",
  text: "We are open from 8 to 18.",
  updated_at: at(0),
};
const THANKS = { ...HOURS, id: id("can", 2), owner_id: ME.id, shortcut: "thanks" };

function show(responses: CannedResponse[], reply: object = { status: 201, body: HOURS }) {
  const calls = stubHub({
    "GET /canned-responses": () => ({ body: { data: responses, next_cursor: null } }),
    "POST /canned-responses": () => reply,
    [`PUT /canned-responses/${THANKS.id}`]: () => ({ body: THANKS }),
  });
  const changes = () => calls.filter(({ method }) => method !== "GET").map(({ body }) => body);
  return { ...renderWithHub(<CannedResponsesPage />), changes };
}

describe("the canned responses' page", () => {
  beforeEach(logIn);

  it("shows what the customer would read, and writes for everybody", async () => {
    const { changes } = show([]);
    expect(await screen.findByText("No canned responses yet")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "New canned response" }));
    await userEvent.type(screen.getByLabelText("Shortcut"), "/Good Day");
    await userEvent.type(screen.getByLabelText("Text"), "Hello ");
    await userEvent.click(screen.getByRole("button", { name: "Customer's first name" }));
    await userEvent.keyboard("!");
    expect(screen.getByTestId("canned-preview")).toHaveTextContent("Hello Maria!");
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() =>
      expect(changes()).toEqual([
        { shortcut: "good-day", text: "Hello {{contact.first_name}}!", shared: true },
      ]),
    );
  });

  it("lets agents change their own only", async () => {
    useLogin.setState({ user: { ...ME, role: "agent" } });
    const { changes } = show([HOURS, THANKS]);
    const shared = within(await screen.findByRole("list", { name: "Everybody's" }));
    expect(shared.getByText("/hours")).toBeVisible();
    expect(shared.queryByRole("button")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Edit /thanks" }));
    expect(screen.queryByLabelText(/For everybody/)).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(changes()).toEqual([{ shortcut: "thanks", text: THANKS.text, shared: false }]),
    );
  });

  it("says at the field what can't be filled in", async () => {
    const message = "{{oops}} can't be filled in";
    const body = { code: "validation_failed", status: 422, title: "No" };
    show([], { status: 422, body: { ...body, errors: [{ field: "text", message }] } });
    await userEvent.click(await screen.findByRole("button", { name: "New canned response" }));
    await userEvent.type(screen.getByLabelText("Shortcut"), "x");
    await userEvent.type(screen.getByLabelText("Text"), "{{{{oops}}");
    expect(screen.getByText("What is marked can't be filled in.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    expect(await screen.findByText(message)).toBeVisible();
    expect(screen.getByLabelText("Text")).toBeInvalid();
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([HOURS, THANKS]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit /hours" }));
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});

describe("a canned response", () => {
  it("is filled in by name, with spaces or without", () => {
    const values = { "contact.name": "Maria Lopez" } as Parameters<typeof filledIn>[1];
    const text = (from: string) => filledIn(from, values).map((piece) => piece.text);
    expect(text("Hi {{ contact.name }}, {{nme}} {{")).toEqual([
      "Hi ",
      "Maria Lopez",
      ", ",
      "{{nme}}",
      " {{",
    ]);
  });

  it("has a shortcut of letters, digits and lines", () => {
    expect(asShortcut("//Grüß Gott_2!")).toBe("grüß-gott_2");
  });
});
