// Nobody is kept out: no page breaks a serious rule of accessibility, with the colours that a real browser shows.

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, logIn, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const SETTINGS = "numbers users teams tags canned-responses macros api-keys audit-log quarantine cluster profile".split(" ");
const PAGES = ["/inbox", "/search", "/search?q=deliver", "/wall", ...SETTINGS.map((page) => `/settings/${page}`)];

story("no page breaks a serious rule of accessibility, light or dark", async ({ world, page }) => {
  const session = await furnish(world);
  await world.hub.post("/teams", { name: "Bakers", session_ids: [session.id] });
  await customerWrites(world, carla, "Do you deliver?");
  await eventually("the words to be findable", async () => (await world.hub.get("/messages?q=deliver")).data.length > 0);
  const admin = await page();
  const inBoth = async (where) => {
    for (const colorScheme of ["dark", "light"]) {
      await admin.emulateMedia({ colorScheme });
      await admin.locator(`html[data-theme="${colorScheme}"]`).waitFor({ state: "attached" });
      await accessible(admin, `${where}, ${colorScheme}`);
    }
  };
  await admin.goto(world.url);
  await byId(admin, "login-submit").waitFor();
  await inBoth("log-in");
  await logIn(admin, world.url);
  for (const path of PAGES) {
    await admin.goto(world.url + path);
    await admin.locator("main h1").first().waitFor();
    await admin.waitForLoadState("networkidle");
    await inBoth(path);
  }
  await admin.goto(`${world.url}/settings/users`);
  await byId(admin, "invite-user").click();
  await inBoth("a dialog");
  await admin.goto(`${world.url}/inbox`);
  await openConversation(admin, "Carla Customer");
  await inBoth("a conversation");
});
