import { describe, expect, it } from "vitest";
import { plain, score } from "./match";

/** The names that fit, the best first. */
function fitting(wanted: string, names: string[]): string[] {
  return names
    .map((name) => ({ name, fit: score(plain(wanted), plain(name)) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .map(({ name }) => name);
}

describe("what is typed", () => {
  it("finds names that begin with it before those that have it within", () => {
    const names = ["Reassign", "Who to assign", "Assign to me", "Assign", "Close"];
    expect(fitting("assign", names)).toEqual([
      "Assign",
      "Assign to me",
      "Who to assign",
      "Reassign",
    ]);
  });

  it("finds the beginnings of words in any order, initials, and letters that are left out", () => {
    expect(fitting("meier jon", ["Jonas Meier", "Jonas Beier"])).toEqual(["Jonas Meier"]);
    expect(fitting("atm", ["Assign to me", "Attach"])).toEqual(["Assign to me"]);
    expect(fitting("asgn", ["Assign to me", "Close"])).toEqual(["Assign to me"]);
  });

  it("does not care for accents and capitals", () => {
    expect(fitting("jose", ["José Núñez"])).toEqual(["José Núñez"]);
    expect(fitting("NÚÑ", ["Jose Nunez"])).toEqual(["Jose Nunez"]);
  });

  it("finds nothing by letters that are not there, or two that are spread", () => {
    expect(fitting("xyz", ["Assign to me"])).toEqual([]);
    expect(fitting("ag", ["Assign to me"])).toEqual([]);
  });
});
