import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import type { ApiKey } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { at, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { ApiKeysPage } from "./api-keys-page";

const key = (number: number, part: Partial<ApiKey>): ApiKey => ({
  id: id("key", number),
  name: `Key ${number}`,
  prefix: "cc_live_7fk2",
  role: "agent",
  created_at: at(0),
  expires_at: null,
  last_used_at: null,
  made_by: null,
  ...part,
});

beforeEach(logIn);

it("says who made a key, where that is known", async () => {
  const data = [key(1, { name: "Shop", made_by: "Olivia" }), key(2, { name: "Old shop" })];
  stubHub({ "GET /api-keys": () => ({ body: { data, next_cursor: null } }) });
  const { container } = renderWithHub(<ApiKeysPage />);
  await screen.findByText("Shop");
  const [shop, old] = screen.getAllByRole("listitem").map((line) => within(line));
  expect(shop?.getByText(/Made by Olivia · Never used/)).toBeVisible();
  expect(old?.getByText("Never used")).toBeVisible();
  expect(await accessibilityProblems(container)).toEqual([]);
});
