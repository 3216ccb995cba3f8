import { describe, expect, it } from "vitest";
import { NO_WAY, nextOn, type Way, walk } from "./way";

/** "A b" is a list whose first conversation has something that nobody has seen. */
const rows = (list: string) =>
  [...list].map((letter) => ({
    id: letter.toLowerCase(),
    unread: letter === letter.toLowerCase() ? 0 : 1,
  }));

/** Each stop: how the list stands when it is opened; the letter in front. */
function way(...stops: string[]): Way {
  return stops.reduce((known, stop) => {
    const [open, list] = stop.split(" ");
    return walk(known, "mine", rows(list ?? ""), open ?? null);
  }, NO_WAY);
}

describe("the way through the list", () => {
  it("goes on with what stood behind an answered one that jumped to the end", () => {
    const answered = way("a abcd");
    expect(nextOn(answered, rows("bcda"), "a", 1)).toBe("b");
    expect(nextOn(answered, rows("bcda"), "a", -1)).toBeNull();
  });

  it("goes on with what stood behind an answered one that jumped to the top", () => {
    expect(nextOn(way("b abcd"), rows("bacd"), "b", 1)).toBe("c");
  });

  it("goes on behind a closed one, whoever came in on top", () => {
    expect(nextOn(way("b abcd"), rows("xyzacd"), "b", 1)).toBe("c");
    expect(nextOn(way("b abcd"), rows("xyzacd"), "b", -1)).toBe("a");
  });

  it("leaves out who is no longer in the list", () => {
    expect(nextOn(way("a abcd"), rows("ad"), "a", 1)).toBe("d");
  });

  it("does not lose somebody who wrote meanwhile and stands above now", () => {
    expect(nextOn(way("a abcd"), rows("Bacd"), "a", 1)).toBe("b");
  });

  it("ends where all were had, though the answered ones stand behind now", () => {
    const all = way("a abc", "b bca", "c cab");
    expect(nextOn(all, rows("abc"), "c", 1)).toBeNull();
    // One wrote again.
    expect(nextOn(all, rows("bcA"), "c", 1)).toBe("a");
  });

  it("goes there and back through a list that stands still", () => {
    const back = way("a abc", "b abc", "c abc", "b abc");
    expect(nextOn(back, rows("abc"), "b", 1)).toBe("c");
    expect(nextOn(back, rows("abc"), "b", -1)).toBe("a");
    expect(nextOn(way("c abc"), rows("abc"), "c", 1)).toBeNull();
  });

  it("goes on with the next page, and with who came in at the end", () => {
    expect(nextOn(way("b ab"), rows("abcd"), "b", 1)).toBe("c");
    expect(nextOn(way("b ab"), rows("acd"), "b", 1)).toBe("c");
    expect(nextOn(way("b ab"), rows("acdb"), "b", 1)).toBe("c");
  });

  it("goes on after a detour to somebody who is not in the list, or back from it", () => {
    const detour = way("a abc", "b abc", "x abc");
    expect(nextOn(detour, rows("abc"), "x", 1)).toBe("c");
    expect(nextOn(detour, rows("abc"), "x", -1)).toBe("b");
  });

  it("begins anew in another list and after the list was left", () => {
    expect(nextOn(NO_WAY, rows("abc"), null, 1)).toBe("a");
    expect(nextOn(way("b abc", " abc"), rows("abc"), null, 1)).toBe("a");
    const other = walk(way("b abc"), "all", rows("xyz"), "b");
    expect(nextOn(other, rows("xyz"), "b", 1)).toBe("x");
  });
});
