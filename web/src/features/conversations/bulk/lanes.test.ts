import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError, NetworkError } from "@/lib/api/problem";
import { workThrough } from "./lanes";

const refusal = (status: number, wait: number | null = null) =>
  new ApiError({ type: "about:blank", title: "no", status, code: "no", detail: null }, wait);
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

function watch() {
  const done: number[] = [];
  const failed: number[] = [];
  const told = {
    done: (item: number) => done.push(item),
    failed: (item: number) => failed.push(item),
    waits: () => undefined,
  };
  return { done, failed, told, stopper: new AbortController() };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("does all of it, six at a time", async () => {
  const { done, told, stopper } = watch();
  let now = 0;
  let most = 0;
  const work = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 10));
    now -= 1;
  };
  const end = workThrough(numbers(50), work, told, stopper.signal);
  await vi.runAllTimersAsync();
  expect(await end).toEqual({ left: [], gaveUp: null });
  expect(most).toBe(6);
  expect([...done].sort((a, b) => a - b)).toEqual(numbers(50));
});

it("waits as long as the hub asks for, with all lanes, and then goes on", async () => {
  const { done, failed, told, stopper } = watch();
  const begun: number[] = [];
  const start = Date.now();
  const work = async (item: number) => {
    begun.push(Date.now() - start);
    if (item === 0 && begun.length <= 6) throw refusal(429, 7);
    if (item === 3) throw refusal(404);
  };
  const end = workThrough(numbers(20), work, told, stopper.signal);
  await vi.advanceTimersByTimeAsync(6_900);
  const before = begun.length;
  await vi.advanceTimersByTimeAsync(200);
  expect(begun.length).toBeGreaterThan(before);
  expect(begun.filter((at) => at > 0 && at < 7_000)).toEqual([]);
  await end;
  expect(done).toHaveLength(19);
  expect(failed).toEqual([3]);
});

it("gives up a hub that stays away, and says what it did not come to", async () => {
  const { done, told, stopper } = watch();
  const work = vi.fn(async () => {
    throw new NetworkError();
  });
  const end = workThrough(numbers(100), work, told, stopper.signal);
  await vi.runAllTimersAsync();
  const { left, gaveUp } = await end;
  expect(gaveUp).toBeInstanceOf(NetworkError);
  expect(left.sort((a, b) => a - b)).toEqual(numbers(100));
  expect(done).toEqual([]);
  expect(work.mock.calls.length).toBeLessThanOrEqual(30);
});

it("never waits for hours, whatever the hub asks for", async () => {
  const { done, told, stopper } = watch();
  const work = vi.fn().mockRejectedValueOnce(refusal(503, 86_400)).mockResolvedValue(undefined);
  const end = workThrough([1], work, told, stopper.signal);
  await vi.advanceTimersByTimeAsync(60_000);
  await end;
  expect(done).toEqual([1]);
});

it("stops at once while it waits; what was begun comes to its end", async () => {
  const { done, told, stopper } = watch();
  const work = async (item: number) => {
    if (item === 0) throw refusal(503, 60);
    await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const end = workThrough(numbers(30), work, told, stopper.signal);
  await vi.advanceTimersByTimeAsync(50);
  stopper.abort();
  await vi.advanceTimersByTimeAsync(50);
  const { left, gaveUp } = await end;
  expect(gaveUp).toBeNull();
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(left).toHaveLength(25);
});
