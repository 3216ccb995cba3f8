// Many at once, one handed over, and all of it in another language.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish, invite } from "../lib/world.mjs";

const COUNT = 12;
const carla = { wa_id: "4915112345678", name: "Carla Customer" };

story("many conversations are closed at once, and opened again by undo", async ({ world, page }) => {
  await furnish(world);
  for (let n = 1; n <= COUNT; n += 1) await customerWrites(world, { wa_id: `49151000000${n + 10}`, name: `Customer ${n}` }, "Hello");
  const open = async () => (await world.hub.get("/conversations?status=open")).data.length;
  await eventually("all of them at the hub", async () => (await open()) === COUNT);
  const agent = await page();
  await logIn(agent, world.url);
  const rows = byId(agent, "conversation-row");
  await eventually("the list", async () => (await rows.count()) > 5);

  await agent.getByRole("button", { name: "Select conversations" }).click();
  await agent.getByRole("button", { name: "Select all that match" }).click();
  const bar = byId(agent, "selection-bar");
  await bar.filter({ hasText: `${COUNT} selected` }).waitFor();
  await accessible(agent, "conversations selected");

  // The first change is held back, so that the progress can be seen.
  let goOn;
  const seen = new Promise((resolve) => (goOn = resolve));
  let changes = 0;
  await agent.route(/\/conversations\/[^/]+$/, async (route) => {
    if (route.request().method() === "PATCH" && changes++ === 0) await seen;
    await route.continue();
  });
  await bar.getByRole("button", { name: "Close", exact: true }).click();
  const run = byId(agent, "bulk-run");
  const progress = run.getByRole("progressbar");
  await eventually("all but one to be done", async () => (await progress.getAttribute("aria-valuenow")) === String(COUNT - 1));
  assert.equal(await progress.getAttribute("aria-valuemax"), String(COUNT));
  await accessible(agent, "a change of many");
  goOn();
  await run.filter({ hasText: `${COUNT} of ${COUNT} done` }).waitFor();
  assert.equal(await open(), 0, "the hub has closed them");
  await eventually("the list to be empty", async () => (await rows.count()) === 0);

  await run.getByRole("button", { name: "Undo" }).click();
  await eventually("the hub to have them open again", async () => (await open()) === COUNT);
  await eventually("the list to have them again", async () => (await rows.count()) > 5);
});

story("a conversation goes to a colleague with a note that calls", async ({ world, page }) => {
  await furnish(world);
  const ben = await invite(world, { name: "Ben Baker", email: "ben@example.com", role: "agent" });
  await customerWrites(world, carla, "Is it gluten-free?");
  const [olive, colleague] = [await page(), await page()];
  await logIn(olive, world.url);
  await logIn(colleague, world.url, ben);

  await openConversation(olive, "Carla Customer");
  await olive.getByRole("button", { name: "Transfer…" }).first().click();
  const dialog = olive.getByRole("dialog");
  await dialog.getByLabel("To", { exact: true }).selectOption({ label: "Ben Baker · Online" });
  await dialog.getByLabel("Note (optional)").fill("You know the flour");
  await accessible(olive, "a transfer");
  await dialog.getByRole("button", { name: "Transfer", exact: true }).click();
  await message(olive, "You know the flour", '[data-direction="note"]').waitFor();

  await colleague.getByRole("button", { name: /1 unseen mention/ }).waitFor();
  await openConversation(colleague, "Carla Customer");
  await message(colleague, "You know the flour", '[data-direction="note"]').waitFor();
  const [row] = (await world.hub.get("/conversations")).data;
  await eventually("it to be Ben's", async () => (await world.hub.get(`/conversations/${row.id}`)).assignee?.id === ben.id);
});

story("the language turns the page around, and back", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "Do you deliver?");
  const agent = await page();
  await logIn(agent, world.url);
  await agent.goto(`${world.url}/settings/profile`);
  await byId(agent, "language").selectOption("ar");
  await agent.locator('html[lang="ar"][dir="rtl"]').waitFor();
  await agent.goto(`${world.url}/inbox`);
  await byId(agent, "conversation-row").filter({ hasText: "Carla Customer" }).waitFor();
  await agent.locator('html[lang="ar"][dir="rtl"]').waitFor();
  const railAt = async () => (await byId(agent, "user-menu").boundingBox()).x;
  assert.ok((await railAt()) > 1000, "the rail stands on the right");
  await accessible(agent, "the inbox in Arabic");

  await agent.goto(`${world.url}/settings/profile`);
  await byId(agent, "language").selectOption("en");
  await agent.locator('html[lang="en"][dir="ltr"]').waitFor();
  assert.ok((await railAt()) < 100, "the rail stands on the left");
});
