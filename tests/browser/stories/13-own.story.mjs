// How one person stands to conversations: what they have seen, what they take part in, and what they keep at hand.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish, invite } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const emil = { wa_id: "4915187654321", name: "Emil Eater" };
const BEN = { name: "Ben Baker", email: "ben@example.com", role: "agent" };

const row = (page, name) => byId(page, "conversation-row").filter({ hasText: name });

story("what a colleague read stays unread until one looks oneself", async ({ world, page }) => {
  await furnish(world);
  const ben = await invite(world, BEN);
  await customerWrites(world, carla, "Do you bake without nuts?");
  const [olive, agent] = [await page(), await page()];
  await logIn(olive, world.url);
  await logIn(agent, world.url, ben);
  await row(agent, "Carla").filter({ hasText: "1 unread message" }).waitFor();
  await openConversation(olive, "Carla Customer");
  await eventually("nothing to be unread for the hub", async () => {
    const { data } = await world.hub.get("/conversations?q=Carla");
    return data[0].unread === 0;
  });
  await row(olive, "Carla").filter({ hasText: "unread" }).waitFor({ state: "detached" });
  const onlyUnread = agent.getByRole("button", { name: "Only what you have not read" });
  await onlyUnread.click();
  await row(agent, "Carla").waitFor();
  await openConversation(agent, "Carla Customer");
  await message(agent, "without nuts").waitFor();
  await row(agent, "Carla").filter({ hasText: "unread" }).waitFor({ state: "detached" });
  // Marked by hand it is there again, on one's other device as well.
  const phone = await page({ viewport: { width: 390, height: 844 } });
  await logIn(phone, world.url, ben);
  await row(phone, "Carla").waitFor();
  assert.equal(await row(phone, "Carla").filter({ hasText: "Unread" }).count(), 0);
  await agent.keyboard.press("Alt+u");
  await row(phone, "Carla").filter({ hasText: "Unread" }).waitFor();
  await row(agent, "Carla").filter({ hasText: "Unread" }).waitFor();
});

story("whoever takes part hears of it and finds it", async ({ world, page }) => {
  await furnish(world);
  const ben = await invite(world, BEN);
  await customerWrites(world, carla, "A cake for fifty");
  await customerWrites(world, emil, "Just looking");
  const [olive, agent] = [await page(), await page()];
  await logIn(olive, world.url);
  await logIn(agent, world.url, ben);
  await agent.goto(`${world.url}/inbox?participant=me`);
  await agent.getByText("I take part").waitFor();
  await openConversation(olive, "Carla Customer");
  await byId(olive, "add-participant").click();
  await olive.getByRole("option", { name: /Ben Baker/ }).click();
  await byId(olive, "participant").filter({ hasText: "Ben Baker" }).waitFor();
  await accessible(olive, "a conversation with participants");
  // It comes to the list of whoever was added, and Emil's does not.
  await row(agent, "Carla").waitFor();
  assert.equal(await row(agent, "Emil").count(), 0);
});

story("a starred message is found again", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "The address is 7 Mill Lane");
  await customerWrites(world, carla, "Thanks!");
  const olive = await page();
  await logIn(olive, world.url);
  await openConversation(olive, "Carla Customer");
  const bubble = message(olive, "7 Mill Lane");
  await bubble.hover();
  await bubble.getByRole("button", { name: "More actions" }).click();
  await olive.getByRole("menuitem", { name: "Star" }).click();
  await bubble.getByRole("img", { name: "Starred" }).waitFor();
  await olive.goto(`${world.url}/starred`);
  const line = byId(olive, "starred-line").filter({ hasText: "7 Mill Lane" });
  await line.waitFor();
  await accessible(olive, "the starred messages");
  await line.getByRole("link").click();
  await message(olive, "7 Mill Lane").waitFor();
  const { data } = await world.hub.get("/starred-messages");
  assert.equal(data.length, 1);
});
