import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { useDesktopNotices } from "@/lib/desktop-notice";
import { aConversation, id } from "@/testing/builders";
import { dropWoken, tellWoken } from "./woken";

const open = vi.fn();
const wake = (number: number) => act(() => tellWoken(aConversation(number), open));

describe("what was put off and is there again", () => {
  beforeEach(() => {
    open.mockClear();
    for (const number of [1, 2]) dropWoken(id("cnv", number), open);
  });

  it("is told with the way to it", async () => {
    render(<Toasts />);
    wake(1);
    expect(screen.getByText("Customer 1: you put this off until now.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Open" }));
    expect(open).toHaveBeenCalledWith(`/inbox/${id("cnv", 1)}`);
  });

  it("is one line, however much it is, and goes when there is nothing to do any more", () => {
    render(<Toasts />);
    for (const number of [1, 2]) wake(number);
    expect(screen.getByText("2 conversations were put off until now.")).toBeVisible();
    act(() => dropWoken(id("cnv", 1), open));
    expect(screen.getByText(/^Customer 2/)).toBeVisible();
    act(() => dropWoken(id("cnv", 2), open));
    expect(screen.queryByText(/put/)).toBeNull();
  });

  it("is told on the desktop like what is given", () => {
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
    wake(1);
    expect(shown.mock.calls.map(([title]) => title)).toEqual([
      "Customer 1: you put this off until now.",
    ]);
    useDesktopNotices.setState({ wanted: false });
    vi.unstubAllGlobals();
  });
});
