import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { aConversation } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { ConversationList } from "./conversation-list";
import { FilterBar } from "./filter-bar";
import { useFilters } from "./use-filters";

function Inbox() {
  const [filters, change] = useFilters();
  return (
    <>
      <FilterBar filters={filters} change={change} sessions={[]} />
      <ConversationList filters={filters} selected={null} search="" sessions={[]} />
    </>
  );
}

function show() {
  const calls = stubHub({
    "GET /conversations": () => ({ body: { data: [aConversation(1)], next_cursor: null } }),
  });
  renderWithHub(<Inbox />);
  return { asked: () => Object.fromEntries(calls.at(-1)?.query ?? []) };
}

describe("the filters of the inbox", () => {
  beforeEach(logIn);

  it("asks for the oldest first when that is wanted", async () => {
    const { asked } = show();
    await screen.findByTestId("conversation-row");
    expect(asked()).toEqual({ status: "open", limit: "50" });
    await userEvent.click(screen.getByRole("button", { name: "Filters and order" }));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Oldest first" }));
    await waitFor(() => expect(asked()).toMatchObject({ sort: "oldest" }));
  });
});
