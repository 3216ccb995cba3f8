import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useConnection } from "@/lib/connection";
import { useOutdated } from "./use-outdated";

const A_BIT = 5_000;
const A_TICK = 20_000;
/** When the page's clock has just gone on; each time later, since it never goes back. */
let start = Math.ceil(Date.now() / A_TICK) * A_TICK;

const lose = () => act(() => useConnection.setState({ staleSince: Date.now() }));
const find = () => act(() => useConnection.setState({ staleSince: null }));
const wait = (ms: number) => act(() => vi.advanceTimersByTime(ms));

describe("what was loaded", () => {
  beforeEach(() => {
    start += 100 * A_TICK;
    vi.useFakeTimers({ now: start });
  });
  afterEach(() => {
    vi.useRealTimers();
    useConnection.setState({ staleSince: null });
  });

  function load() {
    const { result, rerender } = renderHook(({ at }) => useOutdated(at), {
      initialProps: { at: Date.now() },
    });
    return { isOld: () => result.current, again: () => rerender({ at: Date.now() }) };
  }

  it("is not old as long as the socket is there", () => {
    const { isOld } = load();
    wait(10 * A_TICK);
    expect(isOld()).toBe(false);
  });

  it("is not old for a short break", () => {
    const { isOld, again } = load();
    wait(A_BIT);
    lose();
    expect(isOld()).toBe(false);
    wait(A_BIT);
    find();
    again();
    expect(isOld()).toBe(false);
    wait(A_TICK);
    expect(isOld()).toBe(false);
  });

  it("is old after a long one, until it was loaded again", () => {
    const { isOld, again } = load();
    wait(A_BIT);
    lose();
    wait(A_TICK);
    expect(isOld()).toBe(true);
    find();
    expect(isOld()).toBe(true);
    wait(A_BIT);
    again();
    expect(isOld()).toBe(false);
  });
});
