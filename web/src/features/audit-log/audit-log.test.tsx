import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import type { AuditEntry } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { at, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { AuditLogPage } from "./audit-log-page";

const ENTRY: AuditEntry = {
  id: id("aud", 1),
  at: at(0),
  actor: { kind: "user", id: ME.id, name: "Mara" },
  action: "tag.created",
  subject: id("tag", 1),
  details: {},
};

const list = () => ({ body: { data: [ENTRY], next_cursor: null } });
const day = (year: number, month: number, date: number) =>
  new Date(year, month - 1, date).toISOString();

/** What the browser was asked to save, by its name. */
function watchSaves() {
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    if (this.download) saved.push(this.download);
  });
  return saved;
}

describe("the audit log", () => {
  beforeEach(logIn);

  it("shows the days that are asked for, and goes out as a file of the same", async () => {
    const calls = stubHub({
      "GET /audit-log": list,
      "GET /audit-log/export": () => ({ body: "id,at" }),
    });
    const saved = watchSaves();
    const { container } = renderWithHub(<AuditLogPage />);
    expect(await screen.findByText("tag.created")).toBeVisible();
    expect(calls[0]?.query.get("since")).toBeNull();
    expect(await accessibilityProblems(container)).toEqual([]);

    fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-01-01" } });
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-01-31" } });
    await waitFor(() => expect(calls.at(-1)?.query.get("until")).toBe(day(2026, 2, 1)));
    expect(calls.at(-1)?.query.get("since")).toBe(day(2026, 1, 1));

    await userEvent.click(screen.getByRole("button", { name: "Export CSV" }));
    await waitFor(() => expect(saved).toEqual(["audit-log-2026-01-01-2026-01-31.csv"]));
    const out = calls.find(({ path }) => path === "/audit-log/export");
    expect(out?.authorization).toBe("Bearer access-1");
    expect(out?.query.get("since")).toBe(day(2026, 1, 1));
    expect(out?.query.get("until")).toBe(day(2026, 2, 1));
  });

  it("saves nothing when the hub refuses, and says why", async () => {
    stubHub({
      "GET /audit-log": list,
      "GET /audit-log/export": () => refusal(403, "forbidden"),
    });
    const saved = watchSaves();
    renderWithHub(<AuditLogPage />);
    render(<Toasts />);
    await userEvent.click(await screen.findByRole("button", { name: "Export CSV" }));
    expect(await screen.findByText("You may not do this.")).toBeVisible();
    expect(saved).toEqual([]);
  });
});
