import { expect, it } from "vitest";
import { aMessage, at, id } from "@/testing/builders";
import { countUnseen, daysOf, firstUnread, tailOf } from "./layout";

it("cuts a thread into days and groups of one author", () => {
  const user = { type: "user" as const, id: "usr_1", name: "Mara" };
  const messages = [
    aMessage(1, { created_at: at(-3 * 1440) }),
    aMessage(2, { created_at: at(0) }),
    aMessage(3, { created_at: at(2) }),
    aMessage(4, { created_at: at(3), direction: "outbound", author: user }),
    aMessage(5, { created_at: at(20), direction: "outbound", author: user }),
  ];
  const days = daysOf(messages);
  expect(days.map((day) => day.lines.map((line) => line.first))).toEqual([
    [true],
    [true, false, true, true],
  ]);
});

it("shows reactions on their message, and only lost ones by themselves", () => {
  const messages = [
    aMessage(1, { type: "reaction" }),
    aMessage(2, { type: "reaction", direction: "outbound", status: "failed" }),
    aMessage(3, { type: "edit" }),
  ];
  expect(daysOf(messages).flatMap((day) => day.lines.map((line) => line.message.id))).toEqual([
    id("msg", 2),
  ]);
});

it("counts what a person has not seen, as far as it knows", () => {
  const thread = [1, 2, 3, 4].map((number) =>
    aMessage(number, { direction: number === 3 ? "outbound" : "inbound" }),
  );
  const count = (unread: number, after: string | null) =>
    countUnseen(thread, { state: "", due: true, unread, after });
  expect(count(7, null)).toBe(7);
  expect(count(0, id("msg", 1))).toBe(2);
  expect(count(1, id("msg", 4))).toBe(0);
  // It goes on in what was not loaded.
  expect(count(9, id("msg", 0))).toBe(9);
});

it("marks where the unread part begins", () => {
  const messages = [1, 2, 3, 4].map((n) => aMessage(n, n === 3 ? { direction: "outbound" } : {}));
  expect(firstUnread(messages, 0)).toBeNull();
  expect(firstUnread(messages, 2)).toBe(id("msg", 2));
  expect(firstUnread(messages, 99)).toBe(id("msg", 1));
});

it("begins with the end of a thread, a day cut where it is long", () => {
  const on = (day: number, count: number) =>
    Array.from({ length: count }, (_, n) =>
      aMessage(day * 100 + n, { created_at: at(day * 1440 + n) }),
    );
  const days = daysOf([...on(0, 20), ...on(1, 10), ...on(2, 4)]);
  const sizes = tailOf(days).map((day) => day.lines.length);
  expect(sizes).toEqual([8, 4]);
  expect(tailOf(days)[0]?.lines.at(-1)).toBe(days[1]?.lines.at(-1));
  const short = daysOf(on(0, 3));
  expect(tailOf(short)).toEqual(short);
  expect(tailOf([])).toEqual([]);
});
