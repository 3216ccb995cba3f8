import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aConversation, aTag, aTeam, id, ME } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { ConversationList } from "./conversation-list";
import { FilterBar } from "./filter-bar";
import { EVERYWHERE, NO_FILTERS, useFilters } from "./use-filters";

const JONAS = { ...ME, id: id("usr", 2), name: "Jonas" };
const CHOICES = { sessions: [], users: [JONAS], teams: [aTeam(1)], tags: [aTag(1)] };

function Inbox() {
  const [filters, change] = useFilters();
  return (
    <>
      <FilterBar filters={filters} change={change} {...CHOICES} />
      <ConversationList
        filters={filters}
        selected={null}
        search=""
        sessions={[]}
        tags={new Map()}
        onSearchAll={() => change(EVERYWHERE)}
      />
    </>
  );
}

function show(rows = [aConversation(1)]) {
  const calls = stubHub({
    "GET /conversations": () => ({ body: { data: rows, next_cursor: null } }),
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
    await userEvent.selectOptions(screen.getByLabelText("By last activity"), "Oldest first");
    await waitFor(() => expect(asked()).toMatchObject({ sort: "oldest" }));
  });

  it("goes out of the way when another conversation is opened", async () => {
    show();
    await userEvent.click(screen.getByRole("button", { name: "Filters and order" }));
    expect(screen.getByLabelText("By last activity")).toBeVisible();
    const row = await screen.findByTestId("conversation-row");
    act(() => row.click());
    expect(screen.queryByLabelText("By last activity")).toBeNull();
  });

  it("asks for what oneself has not seen, and says when there is nothing", async () => {
    const { asked } = show([]);
    const only = { name: "Only what you have not read" };
    const button = await screen.findByRole("button", only);
    await userEvent.click(button);
    await waitFor(() => expect(asked()).toEqual({ status: "open", unseen: "true", limit: "50" }));
    expect(button).toHaveAttribute("aria-pressed", "true");
    expect(await screen.findByText("You have read everything here.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Remove the filter: Unread" }));
    expect(button).toHaveAttribute("aria-pressed", "false");
  });

  it("asks for where oneself or a colleague takes part", async () => {
    const { asked } = show();
    await screen.findByTestId("conversation-row");
    await userEvent.click(screen.getByRole("button", { name: "Filters and order" }));
    await userEvent.selectOptions(screen.getByLabelText("Taking part"), "Me");
    await waitFor(() => expect(asked()).toMatchObject({ participant: "me" }));
    expect(screen.getByText("I take part")).toBeVisible();
    await userEvent.selectOptions(screen.getByLabelText("Taking part"), "Jonas");
    await waitFor(() => expect(asked()).toMatchObject({ participant: JONAS.id }));
    await userEvent.keyboard("{Escape}");
    const remove = screen.getByRole("button", { name: "Remove the filter: With Jonas" });
    await userEvent.click(remove);
    expect(remove).not.toBeInTheDocument();
  });

  it("asks for a colleague, a team, a tag and a priority, shows what is set and clears it", async () => {
    const { asked } = show();
    await screen.findByTestId("conversation-row");
    await userEvent.click(screen.getByRole("button", { name: "Snoozed" }));
    await userEvent.click(screen.getByRole("button", { name: "Filters and order" }));
    await userEvent.selectOptions(screen.getByLabelText("Assigned to"), "Jonas");
    await userEvent.selectOptions(screen.getByLabelText("Team"), "No team");
    await userEvent.selectOptions(screen.getByLabelText("Tag"), "Tag 1");
    await userEvent.selectOptions(screen.getByLabelText("Priority"), "Urgent");
    await userEvent.keyboard("{Escape}");
    await waitFor(() =>
      expect(asked()).toEqual({
        status: "snoozed",
        assignee: JONAS.id,
        team: "none",
        tag: id("tag", 1),
        priority: "urgent",
        limit: "50",
      }),
    );
    await userEvent.click(screen.getByRole("button", { name: "Remove the filter: Urgent" }));
    expect(screen.queryByRole("button", { name: /Urgent/ })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Clear all" }));
    expect(screen.queryByRole("button", { name: /Remove/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Snoozed" })).toHaveAttribute("aria-pressed", "true");
  });

  it("searches for what is typed, and keeps a filter that is chosen meanwhile", async () => {
    const { asked } = show();
    await screen.findByTestId("conversation-row");
    await userEvent.type(screen.getByRole("searchbox"), "ann");
    await userEvent.click(screen.getByRole("button", { name: "Closed" }));
    await waitFor(() => expect(asked()).toMatchObject({ status: "closed", q: "ann" }));
  });

  it("searches for the digits of what looks like a phone number", async () => {
    const { asked } = show();
    await screen.findByTestId("conversation-row");
    await userEvent.type(screen.getByRole("searchbox"), "+49 (151) 12-34");
    await waitFor(() => expect(asked()).toMatchObject({ q: "491511234" }));
    expect(screen.getByRole("searchbox")).toHaveValue("+49 (151) 12-34");
  });

  it("offers to search everywhere when the chosen tab has nothing", async () => {
    const { asked } = show([]);
    await userEvent.type(screen.getByRole("searchbox"), "ann");
    await userEvent.click(await screen.findByRole("button", { name: "Search all conversations" }));
    await waitFor(() => expect(asked()).toEqual({ q: "ann", limit: "50" }));
    expect(await screen.findByText("Nothing found")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Search all conversations" })).toBeNull();
    expect(screen.getByRole("searchbox")).toHaveFocus();
  });

  it("loses no letter that is typed while a search is on its way", () => {
    vi.useFakeTimers();
    const onSearch = vi.fn();
    const bar = (q: string) => (
      <MemoryRouter>
        <FilterBar
          filters={{ ...NO_FILTERS, q }}
          change={(part) => onSearch(part.q)}
          {...CHOICES}
        />
      </MemoryRouter>
    );
    const view = render(bar(""));
    const type = (value: string) =>
      fireEvent.change(screen.getByRole("searchbox"), { target: { value } });
    type("an");
    act(() => vi.advanceTimersByTime(300));
    type("ann");
    view.rerender(bar("an"));
    expect(screen.getByRole("searchbox")).toHaveValue("ann");
    act(() => vi.advanceTimersByTime(300));
    expect(onSearch.mock.calls).toEqual([["an"], ["ann"]]);
    // Somebody went back in the browser's history.
    view.rerender(bar("ann"));
    view.rerender(bar(""));
    expect(screen.getByRole("searchbox")).toHaveValue("");
    vi.useRealTimers();
  });
});
