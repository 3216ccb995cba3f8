import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { CopyButton } from "./copy-button";

afterEach(() => {
  vi.unstubAllGlobals();
  document.execCommand = () => false;
});

it("copies without https too, and leaves the focus where it was", async () => {
  vi.stubGlobal("navigator", {});
  let copied = "";
  document.execCommand = () => {
    copied = (document.activeElement as HTMLTextAreaElement).value;
    return true;
  };
  render(<CopyButton text="secret" label="Copy: key" />);
  const button = screen.getByRole("button", { name: "Copy: key" });
  button.focus();
  fireEvent.click(button);
  expect(await screen.findByText("Copied")).toHaveAttribute("role", "status");
  expect(copied).toBe("secret");
  expect(button).toHaveFocus();
  expect(document.querySelector("textarea")).toBeNull();
});

it("says that something was copied, and that it could not be", async () => {
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  const view = render(<CopyButton text="secret" label="Copy: key" />);
  fireEvent.click(screen.getByRole("button", { name: "Copy: key" }));
  expect(await screen.findByText("Copied")).toHaveAttribute("role", "status");
  expect(writeText).toHaveBeenCalledWith("secret");
  view.unmount();

  vi.stubGlobal("navigator", {});
  render(<CopyButton text="secret" label="Copy: key" />);
  fireEvent.click(screen.getByRole("button", { name: "Copy: key" }));
  expect(await screen.findByText(/does not allow copying/)).toHaveAttribute("role", "status");
});
