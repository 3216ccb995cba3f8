import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { aConversation, at, id } from "@/testing/builders";
import { dropUnsent, tellUnsent } from "./unsent";

const open = vi.fn();
let day = 0;

/** Each test has messages of another time: what was told once is not told again. */
function unsent(number: number) {
  const { contact } = aConversation(number);
  const news = {
    id: id("sch", number),
    conversation_id: id("cnv", number),
    send_at: at(day * 1440),
  };
  act(() => tellUnsent(news, number < 9 ? contact : undefined, open));
}

describe("that messages of oneself were not sent", () => {
  beforeEach(() => {
    day += 1;
    open.mockClear();
    for (const number of [1, 2, 9]) dropUnsent(id("sch", number), open);
  });

  it("is told with the way to it, once", async () => {
    render(<Toasts />);
    unsent(1);
    unsent(1);
    expect(screen.getAllByText(/^The message to Customer 1 was not sent/)).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Open" }));
    expect(open).toHaveBeenCalledWith(`/inbox/${id("cnv", 1)}`);
    unsent(1);
    expect(screen.queryByText(/not sent/)).toBeNull();
  });

  it("is one line, however many they are, and leads to all of them", async () => {
    render(<Toasts />);
    unsent(1);
    unsent(2);
    expect(screen.getByText(/^2 messages that you left for later/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(open).toHaveBeenCalledWith("/scheduled?state=failed");
  });

  it("goes when it was put away, and knows no name where the page knows none", () => {
    render(<Toasts />);
    unsent(9);
    expect(screen.getByText(/^A message that you left for later was not sent/)).toBeVisible();
    act(() => dropUnsent(id("sch", 9), open));
    expect(screen.queryByText(/not sent/)).toBeNull();
  });
});
