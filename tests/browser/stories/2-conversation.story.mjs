// The main job: the customer types on a phone, the agent sees it and answers, the phone shows the answer, the ticks go to read.

import { byId, logIn, message, openConversation, send } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { furnish, NUMBER } from "../lib/world.mjs";

story("a customer and an agent talk to each other", async ({ world, page }) => {
  await furnish(world);
  const [agent, phone] = [await page(), await page({ viewport: { width: 420, height: 860 } })];
  await logIn(agent, world.url);

  await phone.goto(world.phoneUrl);
  await byId(phone, "phone-number").selectOption(NUMBER.phone_number_id);
  await byId(phone, "phone-customer").fill("+4915112345678");
  await byId(phone, "phone-open").click();
  await byId(phone, "phone-input").fill("Hello, is my cake ready?");
  await byId(phone, "phone-send").click();

  await openConversation(agent, "Hello, is my cake ready?");
  await message(agent, "Hello, is my cake ready?", '[data-direction="inbound"]').waitFor();
  await send(agent, "Yes, you can fetch it now 🎂");
  await byId(phone, "phone-message").filter({ hasText: "Yes, you can fetch it now 🎂" }).waitFor();
  await message(agent, "Yes, you can fetch it now 🎂", '[data-direction="outbound"][data-status="read"]').waitFor();

  await byId(phone, "phone-input").fill("On my way!");
  await byId(phone, "phone-input").press("Enter");
  await message(agent, "On my way!").waitFor();
});
