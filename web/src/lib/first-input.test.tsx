import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useFirstInput } from "./first-input";

function Page({ act }: { act: () => void }) {
  useFirstInput(act);
  return <button type="button">Here</button>;
}

it.each([
  ["the pointer", () => fireEvent.pointerMove(document.body)],
  ["a finger", () => fireEvent.touchStart(document.body)],
  ["a key", () => fireEvent.keyDown(document.body, { key: "j" })],
  ["the focus", () => screen.getByRole("button").focus()],
])("waits for %s, and does it once", (_, stir) => {
  const act = vi.fn();
  render(<Page act={act} />);
  expect(act).not.toHaveBeenCalled();
  stir();
  stir();
  fireEvent.keyDown(document.body, { key: "k" });
  expect(act).toHaveBeenCalledOnce();
});

it("notices what somebody keeps to themselves", () => {
  const act = vi.fn();
  render(<Page act={act} />);
  const here = screen.getByRole("button");
  here.addEventListener("keydown", (event) => event.stopPropagation());
  fireEvent.keyDown(here, { key: "Enter" });
  expect(act).toHaveBeenCalledOnce();
});

it("does nothing for a page that was left", () => {
  const act = vi.fn();
  render(<Page act={act} />).unmount();
  fireEvent.pointerMove(document.body);
  expect(act).not.toHaveBeenCalled();
});
