import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { aConversation, id } from "@/testing/builders";
import { dropGiven, tellGiven } from "./given";

const open = vi.fn();
const until = () => new Date(Date.now() + 40_000).toISOString();
const give = (number: number) =>
  act(() => tellGiven({ row: aConversation(number), until: until() }, open));

describe("what was just given to oneself", () => {
  beforeEach(() => {
    open.mockClear();
    for (const number of [1, 2, 3]) dropGiven(id("cnv", number), open);
  });

  it("is told with the way to it", async () => {
    render(<Toasts />);
    give(1);
    expect(screen.getByText(/Customer 1 was given to you/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Open" }));
    expect(open).toHaveBeenCalledWith(`/inbox/${id("cnv", 1)}`);
  });

  it("is one line, however much it is, and goes as it is accepted", async () => {
    render(<Toasts />);
    for (const number of [1, 2, 3]) give(number);
    expect(screen.getByText("3 conversations were given to you.")).toBeVisible();
    expect(screen.getAllByRole("button", { name: "Close" })).toHaveLength(1);
    act(() => dropGiven(id("cnv", 1), open));
    act(() => dropGiven(id("cnv", 2), open));
    expect(screen.getByText(/Customer 3 was given to you/)).toBeVisible();
    act(() => dropGiven(id("cnv", 3), open));
    expect(screen.queryByText(/given to you/)).toBeNull();
  });
});
