// Colleagues take care of the same conversation: what one decides the other sees without asking, a note calls, and no two answer at once.

import assert from "node:assert/strict";

import { byId, fill, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish, invite } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };

story("two colleagues take care of one conversation and see each other", async ({ world, page }) => {
  await furnish(world);
  const tag = await world.hub.post("/tags", { name: "Wedding cake", color: "pink" });
  const team = await world.hub.post("/teams", { name: "Bakers" });
  const ben = await invite(world, { name: "Ben Baker", email: "ben@example.com", role: "agent" });
  await customerWrites(world, carla, "Do you deliver?");
  const [olive, agent] = [await page(), await page()];
  await logIn(olive, world.url);
  await logIn(agent, world.url, ben);

  const row = (where) => byId(where, "conversation-row").filter({ hasText: "Carla Customer" });
  await row(olive).waitFor();
  const { data } = await world.hub.get("/conversations");
  const change = { team_id: team.id, add_tags: [tag.id], priority: "urgent" };
  await world.hub.patch(`/conversations/${data[0].id}`, change);
  await row(olive).filter({ hasText: "Wedding cake" }).filter({ hasText: "Bakers" }).waitFor();

  await openConversation(agent, "Carla Customer");
  await openConversation(olive, "Carla Customer");
  await byId(agent, "presence-line").filter({ hasText: "Olive Owner" }).waitFor();
  await fill(olive, { "composer-input": "Of course" });
  await olive.keyboard.type(" we do");
  await byId(agent, "presence-line").filter({ hasText: "Olive Owner is writing" }).waitFor();
  await fill(agent, { "composer-input": "Yes!" });
  await byId(agent, "composer-send").click();
  await byId(agent, "send-anyway").waitFor();
  assert.equal(await message(agent, "Yes!").count(), 0, "asked before it goes");
  await olive.keyboard.press("Enter");
  const answered = { hasText: "Olive Owner has answered meanwhile" };
  await byId(agent, "presence-line").filter(answered).waitFor();
  assert.equal(await message(agent, "Yes!").count(), 0, "an answer that came first is told as well");

  // A note calls Ben, who is elsewhere.
  await agent.goto(`${world.url}/settings/profile`);
  const note = { type: "note", text: { body: "@Ben Baker can you?", mentions: [ben.id] } };
  await world.hub.post(`/conversations/${data[0].id}/messages`, note);
  await agent.getByRole("button", { name: /1 unseen mention/ }).waitFor();
  await message(olive, "can you?", '[data-direction="note"]').waitFor();
});
