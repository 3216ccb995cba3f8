import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { Dialog } from "./dialog";
import { Toasts, toastBad } from "./toast";

const page = (dialog: boolean) => (
  <>
    <Toasts />
    {dialog && (
      <Dialog title="Contact" onClose={() => undefined}>
        <input aria-label="Name" />
      </Dialog>
    )}
  </>
);

it("a toast is inside the open dialog, where it can be seen, heard and closed, and outlives it", async () => {
  const view = render(page(true));
  act(() => toastBad("It did not work"));
  const dialog = within(screen.getByRole("dialog", { name: "Contact" }));
  expect(dialog.getByText("It did not work").closest("[aria-live]")).not.toBeNull();
  view.rerender(page(false));
  expect(screen.getByText("It did not work")).toBeVisible();
  view.rerender(page(true));
  const toast = screen.getByText("It did not work").parentElement as HTMLElement;
  expect(screen.getByRole("dialog")).toContainElement(toast);
  await userEvent.click(within(toast).getByRole("button", { name: "Close" }));
  expect(screen.queryByText("It did not work")).toBeNull();
});
