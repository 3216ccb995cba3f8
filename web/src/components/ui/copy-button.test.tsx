import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { CopyButton } from "./copy-button";

afterEach(() => vi.unstubAllGlobals());

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
