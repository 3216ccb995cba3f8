import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import type { QuarantineEntry } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { at, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { QuarantinePage } from "./quarantine-page";

beforeEach(logIn);

it("throws a customer's message away only when that is meant", async () => {
  let entries: QuarantineEntry[] = [
    {
      id: id("qua", 1),
      reason: "no number",
      source: "webhook",
      tries: 1,
      received_at: at(0),
      payload: {},
      session_id: null,
      resolved_at: null,
    },
  ];
  const calls = stubHub({
    "GET /quarantine": () => ({ body: { data: entries, next_cursor: null } }),
    [`POST /quarantine/${id("qua", 1)}/discard`]: () => {
      entries = [];
      return { status: 204 };
    },
  });
  const posted = () => calls.filter(({ method }) => method === "POST").length;
  const { container } = renderWithHub(<QuarantinePage />);
  await userEvent.click(await screen.findByRole("button", { name: "Discard" }));
  const dialog = within(screen.getByRole("dialog", { name: "Discard this?" }));
  await userEvent.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(posted()).toBe(0);
  expect(await accessibilityProblems(container)).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Discard" }));
  await userEvent.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "Discard" }),
  );
  await waitFor(() => expect(screen.getByText("Nothing is waiting")).toBeVisible());
  expect(posted()).toBe(1);
});
