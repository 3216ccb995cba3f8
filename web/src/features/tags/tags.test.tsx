import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Tag } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aTag, id } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { TagsPage } from "./tags-page";

function show(first: Tag[]) {
  let tags = first;
  const calls = stubHub({
    "GET /tags": () => ({ body: { data: tags, next_cursor: null } }),
    "POST /tags": ({ body }) => {
      const tag = aTag(9, body as Partial<Tag>);
      if (tags.some(({ name }) => name === tag.name)) return refusal(409, "name_taken");
      tags = [...tags, tag];
      return { status: 201, body: tag };
    },
    [`PATCH /tags/${id("tag", 1)}`]: ({ body }) => {
      tags = [aTag(1, body as Partial<Tag>)];
      return { body: tags[0] };
    },
    [`DELETE /tags/${id("tag", 1)}`]: () => {
      tags = [];
      return { status: 204 };
    },
  });
  const changes = () => calls.filter(({ method }) => method !== "GET").map(({ body }) => body);
  return {
    ...renderWithHub(
      <main>
        <TagsPage />
      </main>,
    ),
    changes,
  };
}

describe("the tags' page", () => {
  beforeEach(logIn);

  it("says what tags are for, and makes the first one", async () => {
    const { changes } = show([]);
    expect(await screen.findByText("No tags yet")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "New tag" }));
    await userEvent.type(screen.getByLabelText("Name"), " VIP ");
    await userEvent.click(screen.getByRole("radio", { name: "Purple" }));
    await userEvent.click(screen.getByRole("button", { name: "Create the tag" }));
    expect(await screen.findByRole("list", { name: "Tags" })).toHaveTextContent("VIP");
    expect(changes()).toEqual([{ name: "VIP", color: "purple" }]);
  });

  it("says when a name is taken, and keeps what was typed", async () => {
    show([aTag(1)]);
    await userEvent.click(await screen.findByRole("button", { name: "New tag" }));
    await userEvent.type(screen.getByLabelText("Name"), "Tag 1");
    await userEvent.click(screen.getByRole("button", { name: "Create the tag" }));
    expect(await screen.findByText("This name is taken already.")).toBeVisible();
    expect(screen.getByLabelText("Name")).toHaveValue("Tag 1");
  });

  it("renames, recolours, and deletes when that is meant", async () => {
    const { changes } = show([aTag(1)]);
    await userEvent.click(await screen.findByRole("button", { name: "Edit the tag Tag 1" }));
    await userEvent.type(screen.getByLabelText("Name"), "b");
    await userEvent.click(screen.getByRole("radio", { name: "Red" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await userEvent.click(await screen.findByRole("button", { name: "Delete the tag Tag 1b" }));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByText(/disappears from all conversations/)).toBeVisible();
    expect(changes()).toEqual([{ name: "Tag 1b", color: "red" }]);
    await userEvent.click(dialog.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.getByText("No tags yet")).toBeVisible());
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([aTag(1)]);
    await userEvent.click(await screen.findByRole("button", { name: "New tag" }));
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
