// Much has come while nobody looked: reading begins where it was left.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { byId, isInView, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const dora = { wa_id: "4915187654321", name: "Dora Customer" };
const LINES = 30;

story("a conversation opens where the unread part begins, and later where it was left", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, dora, "Good morning");
  for (let line = 1; line <= LINES; line += 1) await customerWrites(world, carla, `Line ${line} of a long story.`);
  const unread = async () => (await world.hub.get("/conversations?q=Carla")).data[0]?.unread;
  await eventually("all lines at the hub", async () => (await unread()) === LINES);

  const agent = await page();
  await logIn(agent, world.url);
  await openConversation(agent, "Carla Customer");
  const first = message(agent, "Line 1 of");
  await agent.getByText(`${LINES} new messages`).first().waitFor();
  await eventually("the first unread line in view", () => isInView(agent, first));
  assert.equal(await unread(), LINES, "what lies below was not seen");

  await agent.getByRole("button", { name: `${LINES} new messages` }).click();
  await eventually("the end to count as seen", async () => (await unread()) === 0);

  await byId(agent, "thread").evaluate((thread) => thread.scrollBy(0, -700));
  const place = await byId(agent, "thread").evaluate((thread) => thread.scrollTop);
  await openConversation(agent, "Dora Customer");
  await message(agent, "Good morning").waitFor();
  await openConversation(agent, "Carla Customer");
  await first.waitFor({ state: "attached" });
  await eventually("the place where it was left", async () => (await byId(agent, "thread").evaluate((thread) => thread.scrollTop)) === place);
});
