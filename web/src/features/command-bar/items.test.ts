import { describe, expect, it } from "vitest";
import type { TopCommand } from "./command";
import { ranked } from "./items";

const customers = (...names: string[]): TopCommand[] =>
  names.map((name) => ({ id: name, group: "customers", name, run: () => undefined }));

describe("the order of the lines", () => {
  const known = customers("Damian Roth", "Mariana Silva", "Maximilian Vogel", "Mia Carter");
  const order = (found: string[]) =>
    ranked(known, "Mia", [], customers(...found)).map(({ name }) => name);

  it("begins with who is called like that, also when only the hub knows them", () => {
    expect(order(["Damian Wolf", "Miamar Khan", "Mia Gray"])).toEqual([
      "Mia Carter",
      "Mia Gray",
      "Miamar Khan",
      "Damian Roth",
      "Mariana Silva",
      "Maximilian Vogel",
      "Damian Wolf",
    ]);
  });

  it("keeps what stands under the key when the hub finds a better one", () => {
    expect(order(["Mia"])[0]).toBe("Mia Carter");
  });
});
