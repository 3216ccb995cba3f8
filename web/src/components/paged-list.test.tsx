import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { pagedQuery, usePaged, useWhole } from "@/lib/paged-query";
import { type Call, logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { PagedList } from "./paged-list";

const query = pagedQuery<{ id: string }>(["things"], "/things");

function Things({ whole }: { whole?: boolean }) {
  const list = (whole ? useWhole : usePaged)(query);
  return (
    <PagedList list={list} empty={<p>Nothing</p>}>
      {(things) => things.map(({ id }) => <p key={id}>Thing {id}</p>)}
    </PagedList>
  );
}

/** Three pages of one thing each; `broken` tells which cursors are refused now. */
function hub(broken = new Set<string>()) {
  return stubHub({
    "GET /things": (call: Call) => {
      const cursor = call.query.get("cursor") ?? "1";
      if (broken.has(cursor)) return refusal(400, "bad_cursor");
      const next = Number(cursor) + 1;
      return { body: { data: [{ id: cursor }], next_cursor: next > 3 ? null : String(next) } };
    },
  });
}

const more = () => screen.getByRole("button", { name: "Show more" });

describe("a list that comes in pages", () => {
  beforeEach(logIn);

  it("gives the next page to whoever asks, and says when there is none", async () => {
    const calls = hub();
    renderWithHub(<Things />);
    await screen.findByText("Thing 1");
    expect(screen.queryByText("Thing 2")).toBeNull();
    await userEvent.click(more());
    await screen.findByText("Thing 2");
    await userEvent.click(more());
    await screen.findByText("Thing 3");
    await waitFor(() => expect(screen.queryByRole("button")).toBeNull());
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
    expect(calls.map((call) => call.query.get("limit"))).toEqual(["200", "200", "200"]);
  });

  it("loads to its end where something is looked up", async () => {
    const calls = hub();
    renderWithHub(<Things whole />);
    await screen.findByText("Thing 3");
    expect(calls.map((call) => call.query.get("cursor"))).toEqual([null, "2", "3"]);
  });

  it("keeps what is there when a page fails, and asks again only when told to", async () => {
    const broken = new Set(["2"]);
    const calls = hub(broken);
    renderWithHub(<Things whole />);
    const again = await screen.findByRole("button", { name: "Try again" });
    expect(screen.getByText("Thing 1")).toBeVisible();
    expect(calls).toHaveLength(2);
    broken.clear();
    await userEvent.click(again);
    await screen.findByText("Thing 3");
  });

  it("says so when it is empty", async () => {
    stubHub({ "GET /things": () => ({ body: { data: [], next_cursor: null } }) });
    renderWithHub(<Things />);
    expect(await screen.findByText("Nothing")).toBeVisible();
  });
});
