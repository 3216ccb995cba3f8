import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, it } from "vitest";
import type { Hit } from "@/lib/api/types";
import { midnight } from "@/lib/midnight";
import { accessibilityProblems } from "@/testing/axe";
import { aHit, aSession, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { SearchPage } from "./search-page";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas" };

function Where() {
  const { pathname, search, hash } = useLocation();
  return <p data-testid="where">{pathname + search + hash}</p>;
}

function show(path: string, hits: Hit[] = [aHit(2), aHit(1)], next: string | null = null) {
  const calls = stubHub({
    "GET /messages": ({ query }) => ({
      body: query.get("cursor")
        ? { data: [aHit(9)], next_cursor: null }
        : { data: hits, next_cursor: next },
    }),
  });
  const view = renderWithHub(
    <>
      <SearchPage users={[ME, JONAS]} sessions={[aSession()]} />
      <Where />
    </>,
    path,
  );
  return { ...view, asked: () => Object.fromEntries(calls.at(-1)?.query ?? []), calls };
}

describe("the search for messages", () => {
  beforeEach(logIn);

  it("asks for nothing before there is a word", async () => {
    const { calls } = show("/search?q=%22!");
    expect(screen.getByText("Find what was said")).toBeVisible();
    expect(screen.getByRole("searchbox")).toHaveFocus();
    expect(calls).toEqual([]);
  });

  it("marks the words, and leads to the message", async () => {
    show("/search?q=deliv");
    const [first] = await screen.findAllByTestId("search-hit");
    expect(first).toHaveTextContent("Customer 2");
    expect(within(first as HTMLElement).getByText("Delivery").tagName).toBe("MARK");
    expect(screen.getByText("2 messages found")).toBeInTheDocument();
    first?.focus();
    await userEvent.keyboard("{Enter}");
    expect(screen.getByTestId("where")).toHaveTextContent(`/inbox/${id("cnv", 1)}#${id("msg", 2)}`);
  });

  it("searches for what is typed, at once with Enter, and keeps it in the address", async () => {
    const { asked } = show("/search");
    await userEvent.type(screen.getByRole("searchbox"), "straße{Enter}");
    await waitFor(() => expect(asked()).toEqual({ q: "straße", limit: "30" }));
    expect(screen.getByTestId("where")).toHaveTextContent("/search?q=stra");
  });

  it("asks for somebody, a type and days", async () => {
    const { asked } = show("/search?q=deliv");
    await userEvent.selectOptions(screen.getByLabelText("Who"), "Notes");
    await waitFor(() => expect(asked()).toMatchObject({ direction: "note" }));
    await userEvent.selectOptions(screen.getByLabelText("Who"), "Jonas");
    await userEvent.selectOptions(screen.getByLabelText("Type"), "Document");
    await userEvent.type(screen.getByLabelText("From"), "2026-05-01");
    await userEvent.type(screen.getByLabelText("To"), "2026-05-02");
    await waitFor(() =>
      expect(asked()).toEqual({
        q: "deliv",
        author: JONAS.id,
        type: "document",
        since: new Date(2026, 4, 1).toISOString(),
        until: new Date(2026, 4, 3).toISOString(),
        limit: "30",
      }),
    );
  });

  it("says that nothing was found, and searches everything instead", async () => {
    const { asked } = show("/search?q=deliv&who=note&from=2026-05-01", []);
    expect(await screen.findByText("Nothing says “deliv”")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Search everything" }));
    await waitFor(() => expect(asked()).toEqual({ q: "deliv", limit: "30" }));
    expect(screen.queryByRole("button", { name: "Search everything" })).toBeNull();
  });

  it("goes from the words to what was found, and through it, by the arrow keys", async () => {
    show("/search?q=deliv");
    const [first, second] = await screen.findAllByTestId("search-hit");
    await userEvent.keyboard("{ArrowDown}");
    expect(first).toHaveFocus();
    await userEvent.keyboard("{ArrowDown}");
    expect(second).toHaveFocus();
    await userEvent.keyboard("{ArrowDown}{ArrowUp}");
    expect(first).toHaveFocus();
  });

  it("keeps what was found while something else is searched", async () => {
    let answer = () => {};
    stubHub({
      "GET /messages": async ({ query }) => {
        if (query.get("q") !== "deliv") await new Promise<void>((done) => (answer = done));
        return { body: { data: [aHit(query.get("q") === "deliv" ? 1 : 5)], next_cursor: null } };
      },
    });
    renderWithHub(<SearchPage users={[]} sessions={[]} />, "/search?q=deliv");
    await screen.findByText("Customer 1");
    await userEvent.type(screen.getByRole("searchbox"), "ery{Enter}");
    expect(await screen.findByText("Searching…")).toBeVisible();
    expect(screen.getByText("Customer 1")).toBeVisible();
    answer();
    expect(await screen.findByText("Customer 5")).toBeVisible();
    expect(screen.queryByText("Customer 1")).toBeNull();
  });

  it("says of which number a message is when there are several", async () => {
    stubHub({ "GET /messages": () => ({ body: { data: [aHit(1)], next_cursor: null } }) });
    const hit = aHit(1);
    const sessions = [
      aSession({ id: hit.message.session_id, name: "Shop" }),
      aSession({ id: id("ses", 77), name: "Workshop" }),
    ];
    renderWithHub(<SearchPage users={[]} sessions={sessions} />, "/search?q=deliv");
    expect(await screen.findByTestId("search-hit")).toHaveTextContent("Shop");
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show("/search?q=deliv");
    await screen.findAllByTestId("search-hit");
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("goes on to the next page", async () => {
    show("/search?q=deliv", [aHit(2)], "more");
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByText("Customer 9")).toBeVisible();
  });

  it("says what went wrong, and tries again", async () => {
    let wrong = true;
    stubHub({
      "GET /messages": () =>
        wrong
          ? refusal(503, "store_unavailable")
          : { body: { data: [aHit(1)], next_cursor: null } },
    });
    renderWithHub(<SearchPage users={[]} sessions={[]} />, "/search?q=deliv");
    expect(await screen.findByRole("alert")).toBeVisible();
    wrong = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Customer 1")).toBeVisible();
  });
});

it("takes days as they begin and end here", () => {
  expect(midnight("2026-01-31", 1)).toBe(new Date(2026, 1, 1).toISOString());
  for (const wrong of ["", "soon", "2026", "2026-x-01"]) {
    expect(midnight(wrong, 0)).toBeUndefined();
  }
});
