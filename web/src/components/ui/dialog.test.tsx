import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Confirm } from "./confirm";
import { Dialog } from "./dialog";
import { FormDialog } from "./form-dialog";
import { Menu, MenuItem } from "./menu";

function WithMenu() {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu trigger={<button type="button">Actions</button>}>
        <MenuItem onSelect={() => setAsking(true)}>Delete</MenuItem>
      </Menu>
      {asking && (
        <Confirm
          title="Delete it?"
          text="It can't be undone."
          action="Yes"
          onConfirm={async () => undefined}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function InSteps() {
  const [chosen, setChosen] = useState(false);
  return (
    <Dialog title="Write" step={chosen ? "form" : undefined} onClose={() => undefined}>
      {chosen ? (
        <input aria-label="Place" />
      ) : (
        <button type="button" onClick={() => setChosen(true)}>
          Template
        </button>
      )}
    </Dialog>
  );
}

describe("a dialog", () => {
  it("gives the focus back to the button of the menu that it came from", async () => {
    render(<WithMenu />);
    await userEvent.click(screen.getByRole("button", { name: "Actions" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Delete" }));
    const dialog = screen.getByRole("dialog", { name: "Delete it?" });
    expect(dialog).toHaveAccessibleDescription("It can't be undone.");
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByRole("button", { name: "Actions" })).toHaveFocus();
  });

  it("gives the focus to the page when what had it is gone", async () => {
    const page = (row: boolean, dialog: boolean) => (
      <main tabIndex={-1}>
        {row && <button type="button">Row</button>}
        {dialog && (
          <Dialog title="Delete the row?" onClose={() => undefined}>
            <input aria-label="Why" />
          </Dialog>
        )}
      </main>
    );
    const view = render(page(true, false));
    screen.getByRole("button", { name: "Row" }).focus();
    view.rerender(page(true, true));
    expect(screen.getByRole("textbox")).toHaveFocus();
    view.rerender(page(false, false));
    expect(screen.getByRole("main")).toHaveFocus();
  });

  it("moves the focus along when it shows the next thing", async () => {
    render(<InSteps />);
    await userEvent.click(screen.getByRole("button", { name: "Template" }));
    await waitFor(() => expect(screen.getByRole("textbox", { name: "Place" })).toHaveFocus());
  });

  it("sends a form once, however often it is asked to, and keeps the focus meanwhile", async () => {
    const onSubmit = vi.fn();
    const form = (busy: boolean) => (
      <FormDialog
        title="New"
        action="Make it"
        busy={busy}
        error={null}
        onSubmit={onSubmit}
        onClose={() => undefined}
      >
        <input aria-label="Name" />
      </FormDialog>
    );
    const view = render(form(false));
    const make = screen.getByRole("button", { name: "Make it" });
    await userEvent.click(make);
    view.rerender(form(true));
    await userEvent.click(make);
    expect(make).toHaveFocus();
    await userEvent.type(screen.getByRole("textbox"), "x{Enter}");
    expect(onSubmit).toHaveBeenCalledOnce();
  });

  it("closes by a click beside it, but not when text was marked to beyond its edge", () => {
    const onClose = vi.fn();
    render(
      <Dialog title="Form" onClose={onClose}>
        <input aria-label="Name" />
      </Dialog>,
    );
    const dialog = screen.getByRole("dialog");
    fireEvent.pointerDown(screen.getByRole("textbox"));
    fireEvent.click(dialog);
    expect(onClose).not.toHaveBeenCalled();
    fireEvent.pointerDown(dialog);
    fireEvent.click(dialog);
    expect(onClose).toHaveBeenCalledOnce();
  });

  it("keeps what was typed, and what is shown once, when somebody clicks beside it", async () => {
    const onClose = vi.fn();
    render(
      <>
        <Dialog title="Form" onClose={onClose}>
          <input aria-label="Name" />
        </Dialog>
        <Dialog title="Key" once onClose={onClose}>
          cck_secret
        </Dialog>
      </>,
    );
    fireEvent.input(screen.getByRole("textbox"), { target: { value: "half a na" } });
    for (const dialog of screen.getAllByRole("dialog")) {
      fireEvent.pointerDown(dialog);
      fireEvent.click(dialog);
    }
    expect(onClose).not.toHaveBeenCalled();
  });
});
