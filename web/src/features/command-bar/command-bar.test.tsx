import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { accessibilityProblems } from "@/testing/axe";
import { renderWithHub } from "@/testing/hub";
import { BarFrame } from "./bar-frame";
import type { TopCommand } from "./command";
import { CommandBar } from "./command-bar";

function commands(did: (what: string) => void): TopCommand[] {
  const people = ["Ben", "Jonas Meier", "Zoé"].map((name) => ({
    id: `assign ${name}`,
    name,
    checked: name === "Ben",
    run: () => did(name),
  }));
  return [
    { id: "me", group: "conversation", name: "Assign to me", run: () => did("me") },
    { id: "assign", group: "conversation", name: "Assign to…", choices: people },
    { id: "team", group: "conversation", name: "Team…", choices: [], empty: "There are no teams." },
    { id: "users", group: "go", name: "People", words: "colleagues", run: () => did("users") },
    { id: "open 7", group: "customers", name: "Jonas Seven", run: () => did("Jonas Seven") },
  ];
}

function show() {
  const did = vi.fn();
  const wanted = vi.fn();
  function Page({ found }: { found: TopCommand[] }) {
    const [open, setOpen] = useState(false);
    const close = () => setOpen(false);
    return (
      <>
        <button type="button" onClick={() => setOpen(true)}>
          Open
        </button>
        {open && (
          <BarFrame onClose={close}>
            <CommandBar
              commands={commands(did)}
              found={found}
              searching={false}
              early=""
              onWanted={wanted}
              onRun={(run) => {
                close();
                run();
              }}
            />
          </BarFrame>
        )}
      </>
    );
  }
  const view = renderWithHub(<Page found={[]} />);
  const find = (...found: TopCommand[]) => view.again(<Page found={found} />);
  const open = () => userEvent.click(screen.getByRole("button", { name: "Open" }));
  return { did, wanted, find, open };
}

const field = () => screen.getByRole("combobox");
const lines = () => screen.queryAllByRole("option").map((option) => option.textContent);
const active = () =>
  document.getElementById(field().getAttribute("aria-activedescendant") ?? "")?.textContent;

describe("the command bar", () => {
  it("has the focus, and gives it back when it is left", async () => {
    const { open } = show();
    await open();
    expect(field()).toHaveFocus();
    // A browser answers Escape with this.
    screen.getByRole("dialog").dispatchEvent(new Event("cancel", { cancelable: true }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(screen.getByRole("button", { name: "Open" })).toHaveFocus());
  });

  it("finds by some letters, by other words, and one level down; Enter does the best of it", async () => {
    const { open, did, wanted } = show();
    await open();
    expect(lines()).toEqual(["Assign to me", "Assign to…", "Team…", "People"]);
    await userEvent.type(field(), "colle");
    expect(lines()).toEqual(["People"]);
    await userEvent.clear(field());
    await userEvent.type(field(), "jonas");
    expect(lines()).toEqual(["Jonas Seven", "Assign to › Jonas Meier"]);
    expect(wanted).toHaveBeenLastCalledWith("jonas");
    await userEvent.keyboard("{Enter}");
    expect(did.mock.calls).toEqual([["Jonas Seven"]]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is used by the keys alone", async () => {
    const { open, did } = show();
    await open();
    expect(active()).toBe("Assign to me");
    await userEvent.keyboard("{ArrowUp}");
    expect(active()).toBe("People");
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(active()).toBe("Assign to…");
    await userEvent.keyboard("{End}");
    expect(active()).toBe("People");
    await userEvent.keyboard("{Home}");
    expect(active()).toBe("Assign to me");
    await userEvent.keyboard("{End}{Enter}");
    expect(did.mock.calls).toEqual([["users"]]);
  });

  it("goes to a second list, and back with Backspace in an empty field", async () => {
    const { open, did } = show();
    await open();
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(screen.getByRole("combobox", { name: "Assign to" })).toHaveFocus();
    expect(lines()).toEqual(["Ben", "Jonas Meier", "Zoé"]);
    expect(screen.getByRole("option", { name: "Ben" })).toHaveAttribute("aria-checked", "true");
    await userEvent.keyboard("z{Backspace}");
    expect(lines()).toHaveLength(3);
    await userEvent.keyboard("{Backspace}");
    expect(active()).toBe("Assign to…");
    await userEvent.keyboard("{Enter}zoe{Enter}");
    expect(did.mock.calls).toEqual([["Zoé"]]);
  });

  it("says where there is nothing to choose from", async () => {
    const { open } = show();
    await open();
    await userEvent.click(screen.getByRole("option", { name: "Team…" }));
    expect(screen.getByRole("status")).toHaveTextContent("There are no teams.");
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    await userEvent.type(field(), "qqq");
    expect(screen.getByRole("status")).toHaveTextContent("Nothing found");
    await userEvent.keyboard("{Enter}");
    expect(screen.getByRole("dialog")).toBeVisible();
  });

  it("has what was used last on top, also from a second list", async () => {
    const { open } = show();
    await open();
    await userEvent.type(field(), "people{Enter}");
    await open();
    await userEvent.type(field(), "zoe{Enter}");
    await open();
    expect(lines()).toEqual(["Assign to › Zoé", "People", "Assign to me", "Assign to…", "Team…"]);
    expect(screen.getByRole("group", { name: "Used lately" })).toBeVisible();
  });

  it("puts what comes late below, so that Enter does what one saw", async () => {
    const { open, did, find } = show();
    await open();
    await userEvent.type(field(), "peo");
    find({ id: "open 9", group: "customers", name: "Peony", run: () => did("Peony") });
    expect(lines()).toEqual(["People", "Peony"]);
    await userEvent.keyboard("{Enter}");
    expect(did.mock.calls).toEqual([["users"]]);
  });

  it("breaks no rule of accessibility", async () => {
    const { open } = show();
    await open();
    expect(await accessibilityProblems(screen.getByRole("dialog"))).toEqual([]);
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(await accessibilityProblems(screen.getByRole("dialog"))).toEqual([]);
    await userEvent.keyboard("qqq");
    expect(await accessibilityProblems(screen.getByRole("dialog"))).toEqual([]);
  });
});
