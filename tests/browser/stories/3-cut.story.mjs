// The agent's connection breaks for ten seconds while customers go on writing and the agent goes on answering.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import { eventually } from "../lib/await.mjs";
import { byId, connected, logIn, message, openConversation, send, wholeThread } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const OUTAGE_MS = 10_000;
const BEAT_MS = 200;
const carla = { wa_id: "4915112345678", name: "Carla Customer" };

const two = (number) => String(number).padStart(2, "0");

story("ten seconds without a connection lose nothing and double nothing", async ({ world, page }) => {
  await furnish(world);
  const agent = await page();
  await logIn(agent, world.url);
  const sent = [];
  const writes = async () => {
    const text = `message ${two(sent.length)}`;
    sent.push(text);
    await customerWrites(world, carla, text);
  };
  await writes();
  await openConversation(agent, "Carla Customer");
  for (let i = 0; i < 10; i++) await writes();
  await message(agent, sent.at(-1)).waitFor();

  world.wire.cut();
  await byId(agent, "connection-state", ':not([data-state="connected"])').first().waitFor({ state: "attached" });
  await send(agent, "written without a connection");
  // The outage itself is the story: customers write at a steady pace until it is over.
  const mended = Date.now() + OUTAGE_MS;
  while (Date.now() < mended) {
    await writes();
    await pause(BEAT_MS);
  }
  world.wire.mend();
  await writes();
  await connected(agent);
  await message(agent, sent.at(-1)).waitFor({ timeout: 30_000 });
  await message(agent, "written without a connection", '[data-status="read"]').waitFor({ timeout: 30_000 });

  const texts = await eventually("every message in the thread", async () => {
    const rows = await wholeThread(agent);
    return rows.length >= sent.length + 1 && rows.map((row) => row.text);
  });
  for (const text of [...sent, "written without a connection"]) {
    assert.equal(texts.filter((shown) => shown.includes(text)).length, 1, `${text} is shown once`);
  }
  assert.equal(texts.length, sent.length + 1);
});
