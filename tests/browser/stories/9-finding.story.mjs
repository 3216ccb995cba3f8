// What was said is found again: by its words, from the inbox's field or the page, and by the command bar.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, isInView, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const dora = { wa_id: "4915187654321", name: "Dora Customer" };
/** So many that what was found lies far above the end. */
const LINES = 40;

story("words lead from the inbox to the very message, however far up it stands", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "Can you write Zephyrine on the cake?");
  for (let line = 1; line <= LINES; line += 1) await customerWrites(world, carla, `Line ${line} of a long story.`);
  await customerWrites(world, dora, "No zephyr for me, please");
  const conversationOf = async (name) => (await world.hub.get(`/conversations?q=${name}`)).data[0];
  const { id } = await eventually("Dora at the hub", () => conversationOf("Dora"));
  // Read already: by itself it would open at its end.
  const told = await eventually("all lines at the hub", async () => {
    const row = await conversationOf("Carla");
    return row.unread === LINES + 1 && row;
  });
  await world.hub.post(`/conversations/${told.id}/read`);
  assert.equal((await conversationOf("Carla")).unread, 0);
  await world.hub.post(`/conversations/${id}/messages`, { type: "note", text: { body: "She means the zephyr cake" } });
  const said = async (count) => (await world.hub.get("/messages?q=zephyr")).data.length === count;
  await eventually("all of it to be findable", () => said(3));

  const agent = await page();
  await logIn(agent, world.url);
  await agent.keyboard.press("/");
  await agent.keyboard.type("zephyr");
  await byId(agent, "search-messages").click();
  await agent.waitForURL(/\/search\?q=zephyr$/);
  const hits = byId(agent, "search-hit");
  await eventually("three hits", async () => (await hits.count()) === 3);
  assert.equal(await hits.locator("mark").count(), 3, "the words are marked");
  await accessible(agent, "the search page");

  await agent.getByLabel("Who").selectOption("note");
  await eventually("the note alone", async () => (await hits.count()) === 1);
  await hits.filter({ hasText: "She means the zephyr cake" }).waitFor();
  await agent.getByLabel("Type").selectOption("image");
  await agent.getByRole("button", { name: "Search everything" }).click();
  await eventually("three hits again", async () => (await hits.count()) === 3);

  await hits.filter({ hasText: "Carla Customer" }).click();
  const found = message(agent, "Zephyrine");
  await found.waitFor();
  await eventually("the message in view", () => isInView(agent, found));
  assert.equal(await isInView(agent, message(agent, `Line ${LINES} of`)), false, "and not the end of the thread");
  await agent.goBack();
  await eventually("the hits to be there again", async () => (await hits.count()) === 3);
});

story("the command bar finds a conversation and does something with it", async ({ world, page }) => {
  await furnish(world);
  for (const customer of [carla, dora]) await customerWrites(world, customer, `${customer.name} asks`);
  const agent = await page();
  await logIn(agent, world.url);
  await openConversation(agent, "Carla Customer");
  const bar = byId(agent, "command-bar");
  const chosen = bar.locator('[role="option"][aria-selected="true"]');

  const openBar = async () => {
    await agent.keyboard.press("Control+KeyK");
    await bar.getByRole("combobox").and(agent.locator(":focus")).waitFor();
  };
  await openBar();
  await agent.keyboard.type("Dora");
  await chosen.filter({ hasText: "Dora Customer" }).waitFor();
  await accessible(agent, "the command bar");
  await agent.keyboard.press("Enter");
  await message(agent, "Dora Customer asks").waitFor();

  await openBar();
  await agent.keyboard.type("close the");
  await chosen.filter({ hasText: "Close the conversation" }).waitFor();
  await agent.keyboard.press("Enter");
  const status = async ({ name }) => (await world.hub.get(`/conversations?q=${encodeURIComponent(name)}`)).data[0]?.status;
  await eventually("Dora's to be closed", async () => (await status(dora)) === "closed");
  assert.equal(await status(carla), "open", "and no other");
  await bar.waitFor({ state: "detached" });
});
