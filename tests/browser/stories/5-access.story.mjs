// Nobody is kept out: no page breaks a serious rule of accessibility, with the colours that a real browser shows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { byId, logIn, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const axe = await readFile(new URL("../../../web/node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const PAGES = ["/inbox", ..."numbers users teams tags canned-responses api-keys audit-log quarantine cluster profile".split(" ").map((page) => `/settings/${page}`)];

async function check(page, where) {
  await page.evaluate(axe);
  const serious = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  });
  assert.deepEqual(serious, [], where);
}

story("no page breaks a serious rule of accessibility, light or dark", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "Do you deliver?");
  for (const colorScheme of ["light", "dark"]) {
    const admin = await page({ colorScheme });
    await admin.goto(world.url);
    await byId(admin, "login-submit").waitFor();
    await check(admin, `log-in, ${colorScheme}`);
    await logIn(admin, world.url);
    for (const path of PAGES) {
      await admin.goto(world.url + path);
      await admin.locator("main h1").first().waitFor();
      await admin.waitForLoadState("networkidle");
      await check(admin, `${path}, ${colorScheme}`);
    }
    await admin.goto(`${world.url}/settings/users`);
    await byId(admin, "invite-user").click();
    await check(admin, `a dialog, ${colorScheme}`);
    await admin.goto(`${world.url}/inbox`);
    await openConversation(admin, "Carla Customer");
    await check(admin, `a conversation, ${colorScheme}`);
  }
});
