import { describe, expect, it } from "vitest";
import { calledBy, callsIn } from "./calls";

const ANN = { id: "usr_1", name: "Ann" };
const ANN_LEE = { id: "usr_2", name: "Ann Lee" };
const BEN = { id: "usr_3", name: "Ben" };
const OTHER_BEN = { id: "usr_4", name: "Ben" };

describe("whom a note calls", () => {
  it.each([
    ["@Ann", ["usr_1"]],
    ["(@Ann, @Ben)", ["usr_1", "usr_3"]],
    ["@Ann Lee and @Ann", ["usr_2", "usr_1"]],
    ["@Anna, mail@Ben, @ann", []],
    ["", []],
  ])("in %j it is %j", (text, ids) => {
    expect(callsIn(text, [ANN, ANN_LEE, BEN]).map(({ person }) => person.id)).toEqual(ids);
  });

  it("those who were picked, as long as they stand in it", () => {
    expect(calledBy("@Ben look", [BEN], [ANN, BEN])).toEqual([BEN]);
    expect(calledBy("Ben look", [BEN], [ANN, BEN])).toEqual([]);
  });

  it("whose whole name was written by hand, unless two have it", () => {
    expect(calledBy("@Ann look", [], [ANN, BEN])).toEqual([ANN]);
    expect(calledBy("@Ben look", [], [BEN, OTHER_BEN])).toEqual([]);
    expect(calledBy("@Ben look", [OTHER_BEN], [BEN, OTHER_BEN])).toEqual([OTHER_BEN]);
  });
});
