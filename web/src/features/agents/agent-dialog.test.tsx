import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Tag } from "@/lib/api/types";
import { pagedQuery, useWhole } from "@/lib/paged-query";
import { anAgent, aTag, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { AgentDialog } from "./agent-dialog";

const ANA = { id: id("usr", 2), name: "Ana" };
const TAGS = pagedQuery<Tag>(["some tags"], "/tags");
const SKILLS = [id("tag", 1), id("tag", 2)];

function Page() {
  return <AgentDialog agent={ANA} tags={useWhole(TAGS)} onClose={() => undefined} />;
}

it("takes no skill away whose tag comes later", async () => {
  logIn();
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const calls = stubHub({
    [`GET /agents/${ANA.id}`]: () => ({ body: anAgent({ ...ANA, skills: SKILLS }) }),
    [`PATCH /agents/${ANA.id}`]: () => ({ body: anAgent({ ...ANA }) }),
    "GET /tags": async ({ query }) => {
      const isFirst = query.get("cursor") === null;
      if (!isFirst) await released;
      const tag = isFirst ? aTag(1) : aTag(2);
      return { body: { data: [tag], next_cursor: isFirst ? "2" : null } };
    },
  });
  const asked = (path: string) => calls.filter((call) => call.path === path).length;
  renderWithHub(<Page />);
  await waitFor(() => expect([asked(`/agents/${ANA.id}`), asked("/tags")]).toEqual([1, 2]));
  expect(screen.queryByRole("checkbox")).toBeNull();
  release();
  expect(await screen.findAllByRole("checkbox", { checked: true })).toHaveLength(2);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(calls.at(-1)).toMatchObject({ method: "PATCH", body: { skills: SKILLS } }),
  );
});
