// Somebody starts an empty hub, becomes its owner, connects a number and sees the first message arrive.

import { byId, connected, fill, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, NUMBER, OWNER, subscribe, VERIFY_TOKEN } from "../lib/world.mjs";

story("a first start leads from registration to the first message", async ({ world, page }) => {
  const agent = await page();
  await agent.goto(world.url);
  await fill(agent, {
    "register-organization": OWNER.organization,
    "register-name": OWNER.name,
    "register-email": OWNER.email,
    "register-password": OWNER.password,
  });
  await byId(agent, "register-submit").click();
  await connected(agent);

  await world.simulator.post("/sim/numbers", NUMBER);
  await agent.goto(`${world.url}/settings/numbers`);
  await byId(agent, "new-number").first().click();
  await fill(agent, {
    "number-name": "Front desk",
    "number-pnid": NUMBER.phone_number_id,
    "number-waba": NUMBER.business_account_id,
    "number-token": NUMBER.access_token,
    "number-secret": NUMBER.app_secret,
    "number-verify": VERIFY_TOKEN,
  });
  await byId(agent, "number-save").click();
  const row = byId(agent, "number-row").filter({ hasText: "Front desk" });
  await row.waitFor();
  const shown = byId(agent, "webhook-url").first();
  await shown.waitFor();
  const webhookUrl = await shown.evaluate((element) => element.value || element.innerText);
  await subscribe(world, webhookUrl.trim());

  await agent.goto(world.url);
  await connected(agent);
  await customerWrites(world, { wa_id: "4915112345678", name: "Carla Customer" }, "Are you open today?");
  await openConversation(agent, "Carla Customer");
  await message(agent, "Are you open today?", '[data-direction="inbound"]').waitFor();
});
