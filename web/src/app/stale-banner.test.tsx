import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useConnection } from "@/lib/connection";
import { StaleBanner } from "./stale-banner";

/** A whole second after the clock of the page has begun. */
const START = Math.ceil(Date.now() / 1000) * 1000 + 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
  useConnection.setState({ phase: "idle", retryAt: null, staleSince: null });
});

it("shows the seconds to the next try, and reads the trouble aloud once", () => {
  useConnection.setState({
    phase: "reconnecting",
    staleSince: START - 10_000,
    retryAt: START + 8_000,
  });
  render(<StaleBanner />);
  const aloud = screen.getByRole("alert").textContent;
  const shown = () => screen.getByTestId("stale-banner").textContent;
  expect(shown()).toContain("Next try in 8 seconds");
  act(() => vi.advanceTimersByTime(3_000));
  expect(shown()).toContain("Next try in 5 seconds");
  expect(screen.getByRole("alert").textContent).toBe(aloud);
  expect(aloud).toBe("Live updates have stopped. Reconnecting…");
});
