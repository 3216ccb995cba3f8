// What a team promises its customers is seen before it is late, goes to others when it is, and ends with an answer.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, logIn, message, openConversation, send } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };

const carlas = async (world) => (await world.hub.get("/conversations?q=Carla")).data[0];

story("an answer that is late is marked, goes to another team, and is forgiven when it comes", async ({ world, page }) => {
  const session = await furnish(world);
  const chiefs = await world.hub.post("/teams", { name: "Chiefs" });
  const sla = { first_reply_seconds: 4, escalation: { priority: "urgent", team_id: chiefs.id } };
  await world.hub.post("/teams", { name: "Bakers", session_ids: [session.id], sla });
  const olive = await page();
  await logIn(olive, world.url);
  await customerWrites(world, carla, "Is my cake ready?");
  const row = byId(olive, "conversation-row").filter({ hasText: "Carla Customer" });
  await byId(row, "sla", '[data-stage="breached"]').waitFor();
  await openConversation(olive, "Carla Customer");
  await message(olive, "Is my cake ready?").waitFor();
  await accessible(olive, "a late conversation");
  const late = await carlas(world);
  assert.deepEqual([late.team.name, late.priority], ["Chiefs", "urgent"]);
  assert.deepEqual(
    late.sla.map(({ goal, stage }) => [goal, stage]),
    [["first_reply", "breached"]],
  );

  await send(olive, "In the oven!");
  await byId(row, "sla").waitFor({ state: "detached" });
  const answered = await carlas(world);
  assert.deepEqual(answered.sla, []);
  assert.ok(answered.first_reply_at, "the hub knows when");
});

story("who writes while nobody is at work is told so", async ({ world, page }) => {
  const session = await furnish(world);
  // Open for the minute twelve hours from now, and no other.
  const then = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);
  const opening = then === "23:59" ? { from: "23:58", to: "23:59" } : { from: then, to: next(then) };
  const hours = { time_zone: "UTC", week: Array.from({ length: 7 }, () => [opening]) };
  const away = "We are baking tomorrow's bread.";
  await world.hub.post("/teams", { name: "Bakers", session_ids: [session.id], hours, away_message: away });
  const olive = await page();
  await logIn(olive, world.url);
  await customerWrites(world, carla, "Hello?");
  await openConversation(olive, "Carla Customer");
  await message(olive, away).waitFor();
  // Twice is not once.
  await customerWrites(world, carla, "Hello again?");
  await message(olive, "Hello again?").waitFor();
  const waits = await eventually("the customer to go on waiting", async () => {
    const row = await carlas(world);
    return row.waiting_since && row;
  });
  const thread = await world.hub.get(`/conversations/${waits.id}/messages`);
  assert.equal(thread.data.filter(({ text }) => text === away).length, 1);
});

/** The minute after `HH:MM`. */
function next(time) {
  const [hour, minute] = time.split(":").map(Number);
  const all = hour * 60 + minute + 1;
  return [all / 60, all % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}
