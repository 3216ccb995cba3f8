import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import type { View } from "@/lib/api/types";
import { aMacro, aTag, at, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { TagsRoute } from "./tags";

const view: View = {
  id: id("view", 1),
  owner_id: null,
  name: "Bikes",
  filters: { tag: id("tag", 1) },
  position: 1,
  updated_at: at(0),
};
const macro = aMacro(1, {
  name: "Escalate",
  actions: [{ do: "add_tags", tags: [id("tag", 2), id("tag", 1)] }],
});

beforeEach(logIn);

it("says which macros and views name a tag before it is deleted", async () => {
  const page = (data: unknown[]) => () => ({ body: { data, next_cursor: null } });
  stubHub({
    "GET /tags": page([aTag(1), aTag(3)]),
    "GET /macros": page([macro, aMacro(2)]),
    "GET /views": page([view]),
  });
  renderWithHub(<TagsRoute />);
  await userEvent.click(await screen.findByRole("button", { name: "Delete the tag Tag 1" }));
  expect(
    await screen.findByText(/Used by the macro “Escalate” and the view “Bikes”\./),
  ).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await userEvent.click(screen.getByRole("button", { name: "Delete the tag Tag 3" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent(/Macros and views that name it stop working/);
  expect(dialog).not.toHaveTextContent("Used by");
});
