import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts, toastBad, toastGood, toastOffer, toastUndo } from "./toast";

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));
const lines = () => [...screen.getByTestId("toasts").children].map((line) => line.textContent);
const close = (text: string) => {
  const line = screen.getByText(text).parentElement as HTMLElement;
  fireEvent.click(line.querySelector("button:last-child") as HTMLElement);
};

describe("what the page says in passing", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    render(<Toasts />);
    return () => void vi.useRealTimers();
  });

  it("is one confirmation at a time, gone in five seconds", () => {
    act(() => toastGood("Closed"));
    act(() => toastGood("Snoozed"));
    expect(lines()).toEqual(["Snoozed"]);
    pass(5_000);
    expect(lines()).toEqual([]);
  });

  it("stays while somebody is at it", () => {
    act(() => toastUndo("Closed", vi.fn()));
    const undo = screen.getByRole("button", { name: "Undo" });
    fireEvent.focus(undo);
    pass(60_000);
    expect(undo).toBeVisible();
    fireEvent.blur(undo);
    pass(8_000);
    expect(lines()).toEqual([]);
  });

  it("keeps what failed until it is closed, the last two of it", () => {
    for (const text of ["One", "Two", "Three"]) act(() => toastBad(text));
    act(() => toastGood("Closed"));
    pass(60_000);
    expect(lines()).toEqual(["Two", "Three"]);
    close("Two");
    expect(lines()).toEqual(["Three"]);
    close("Three");
  });

  it("takes back what was done by keyboard, and nothing when there is nothing", () => {
    const undo = vi.fn();
    const press = () => fireEvent.keyDown(document.body, { code: "KeyZ", key: "z", altKey: true });
    act(() => {
      toastUndo("Closed", undo);
      toastOffer("A conversation is yours", "Open", vi.fn(), 15_000);
    });
    expect(press()).toBe(false);
    expect(undo).toHaveBeenCalledOnce();
    expect(press()).toBe(true);
    expect(lines()).toHaveLength(1);
  });
});
