// The dashboard on a phone, light and dark.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { byId, connected, logIn, message, openConversation, send, sidewaysOverflow } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** How bright the page's background is, from 0 to 255. */
const brightness = (page) =>
  page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
  });

story("the dashboard works on a phone", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "Do you deliver?");
  const agent = await page(PHONE);
  await logIn(agent, world.url);
  await byId(agent, "conversation-row").first().waitFor();
  assert.equal(await sidewaysOverflow(agent), 0, "the list fits");
  assert.equal(await byId(agent, "thread").isVisible(), false, "the list comes first");

  await openConversation(agent, "Carla Customer");
  await message(agent, "Do you deliver?").waitFor();
  assert.equal(await byId(agent, "conversation-row").first().isVisible(), false, "the thread has the page to itself");
  await send(agent, "We do, until eight.");
  await message(agent, "We do, until eight.", '[data-status="read"]').waitFor();
  assert.equal(await sidewaysOverflow(agent), 0, "the thread fits");
  const box = await byId(agent, "composer-input").boundingBox();
  assert.ok(box.y + box.height <= PHONE.viewport.height, "the composer is in view");

  await byId(agent, "back-button").click();
  await byId(agent, "conversation-row").filter({ hasText: "We do, until eight." }).waitFor();
});

story("who likes the dark gets it, and keeps what was chosen", async ({ world, page }) => {
  await furnish(world);
  const isDark = (shown) => async () => (await brightness(shown)) < 60;
  const dark = await page({ colorScheme: "dark" });
  await logIn(dark, world.url);
  await eventually("the system's wish for dark to be followed", isDark(dark));

  const light = await page({ colorScheme: "light" });
  await logIn(light, world.url);
  await eventually("the system's wish for light to be followed", async () => (await brightness(light)) > 200);
  await byId(light, "theme-toggle").first().click();
  await eventually("the toggle to turn it dark", isDark(light));
  await light.reload();
  await connected(light);
  await eventually("the reloaded page to be dark", isDark(light));
});
