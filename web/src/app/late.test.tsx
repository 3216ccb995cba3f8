import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { useDesktopNotices } from "@/lib/desktop-notice";
import { aConversation, at, id } from "@/testing/builders";
import { dropLate, tellLate } from "./late";

const open = vi.fn();
const MARK = { goal: "reply", stage: "breached", since: at(-5), due_at: at(0) } as const;
const late = (number: number) => act(() => tellLate(aConversation(number), MARK, open));

describe("that promises of oneself were not kept", () => {
  beforeEach(() => {
    open.mockClear();
    for (const number of [1, 2, 3]) dropLate(id("cnv", number), open);
  });

  it("is told with the way to it", async () => {
    render(<Toasts />);
    late(1);
    expect(screen.getByText("The answer to Customer 1 is late.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Open" }));
    expect(open).toHaveBeenCalledWith(`/inbox/${id("cnv", 1)}`);
  });

  it("is one line, however many they are, and goes as they are answered", async () => {
    render(<Toasts />);
    for (const number of [1, 2, 3]) late(number);
    expect(screen.getByText("3 of your conversations are late.")).toBeVisible();
    expect(screen.getAllByRole("button", { name: "Close" })).toHaveLength(1);
    act(() => dropLate(id("cnv", 1), open));
    act(() => dropLate(id("cnv", 2), open));
    expect(screen.getByText("The answer to Customer 3 is late.")).toBeVisible();
    act(() => dropLate(id("cnv", 3), open));
    expect(screen.queryByText(/late/)).toBeNull();
  });

  it("is one notice on the desktop, too", () => {
    const shown = vi.fn();
    class Notice {
      static permission = "granted";
      constructor(...given: unknown[]) {
        shown(...given);
      }
    }
    vi.stubGlobal("Notification", Notice);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    useDesktopNotices.setState({ wanted: true });
    render(<Toasts />);
    for (const number of [1, 2]) late(number);
    expect(shown.mock.calls.map(([title]) => title)).toEqual([
      "The answer to Customer 1 is late.",
      "2 of your conversations are late.",
    ]);
    const tags = new Set(shown.mock.calls.map(([, options]) => options.tag));
    expect(tags.size).toBe(1);
    useDesktopNotices.setState({ wanted: false });
    vi.unstubAllGlobals();
  });
});
