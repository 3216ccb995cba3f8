import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { ContactName } from "./contact-name";

beforeEach(logIn);

it("changes a name in place, and has the focus where it was before", async () => {
  const calls = stubHub({ [`PATCH /contacts/${id("con", 1)}`]: () => ({ body: {} }) });
  renderWithHub(<ContactName id={id("con", 1)} shown="Ann" name="Ann" />);
  const pencil = () => screen.findByRole("button", { name: "Change the name" });
  await userEvent.click(await pencil());
  await userEvent.keyboard(" Lee{Enter}");
  await waitFor(async () => expect(await pencil()).toHaveFocus());
  expect(calls[0]?.body).toEqual({ name: "Ann Lee" });
  await userEvent.keyboard("{Enter}");
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  await waitFor(async () => expect(await pencil()).toHaveFocus());
  expect(calls).toHaveLength(1);
});
