import { describe, expect, it } from "vitest";
import { keepFilters } from "./inbox-address";

const inbox = { pathname: "/inbox/cnv_1", search: "?assignee=me" };
const wall = { pathname: "/wall", search: "?team=1" };

describe("an address that a notice leads to", () => {
  it("keeps the filters of the inbox for a conversation and a message in it", () => {
    expect(keepFilters("/inbox/cnv_2", inbox)).toBe("/inbox/cnv_2?assignee=me");
    expect(keepFilters("/inbox/cnv_2#msg_1", inbox)).toBe("/inbox/cnv_2?assignee=me#msg_1");
  });

  it("takes nothing from other pages, and nothing to a list of its own", () => {
    expect(keepFilters("/inbox/cnv_2", wall)).toBe("/inbox/cnv_2");
    expect(keepFilters("/inbox?assignee=none", inbox)).toBe("/inbox?assignee=none");
    expect(keepFilters("/scheduled?state=failed", inbox)).toBe("/scheduled?state=failed");
  });
});
