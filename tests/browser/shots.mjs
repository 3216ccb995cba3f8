// Takes the pictures of docs/screenshots from a running demo; start it with deploy/dev/shots.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { eventually } from "./lib/await.mjs";
import { byId, launch, logIn, openPage, sidewaysOverflow } from "./lib/browser.mjs";

const hub = process.env.HUB_URL ?? "http://127.0.0.1:3000";
const phone = process.env.PHONE_URL ?? "http://127.0.0.1:3010";
const folder = process.env.SHOTS_FOLDER ?? fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));

const SIZES = { "": { width: 1440, height: 900 }, "-phone": { width: 390, height: 844 } };

const { demo } = await json(`${hub}/api/v1/setup`);
if (!demo) throw new Error(`${hub} is not a demo`);
await mkdir(folder, { recursive: true });
const customer = await talk();
const browser = await launch();

async function json(url, body, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** A short conversation, so that the phone page has something to show; gives the phone page's query. */
async function talk() {
  const { access_token: token } = await json(`${hub}/api/v1/auth/login`, demo);
  const number = (await json(`${phone}/sim/numbers`)).data[0].phone_number_id;
  const wa_id = "15557770042";
  const lines = [
    ["customer", "Hi! Does the trail jacket come in a women's M?"],
    ["agent", "It does, in fern and in slate 🙂"],
    ["agent", "Shall I put one aside for you?"],
    ["customer", "Fern please! Can I pick it up on Saturday?"],
    ["agent", "Of course. We are open from 10 to 18."],
    ["customer", "Perfect, thank you 💚"],
  ];
  for (const [who, text] of lines) {
    if (who === "customer") {
      const writing = { phone_number_id: number, name: "Nora Lindqvist", type: "text", body: text };
      await json(`${phone}/sim/customers/${wa_id}/messages`, writing);
      await eventually(`${text} in the hub`, async () => (await thread(token))?.last_message?.text === text);
    } else {
      const { id } = await thread(token);
      const { id: message } = await json(`${hub}/api/v1/conversations/${id}/messages`, { type: "text", text: { body: text } }, token);
      // Some customers of the demo never open what they got.
      const arrived = async () => /delivered|read/.test((await json(`${hub}/api/v1/messages/${message}`, undefined, token)).status);
      await eventually(`${text} to arrive`, arrived, 60);
    }
  }
  return new URLSearchParams({ number, customer: wa_id });
}

async function thread(token) {
  return (await json(`${hub}/api/v1/conversations?q=Nora%20Lindqvist`, undefined, token)).data[0];
}

async function shoot(page, name) {
  // What slides or fades in has arrived, and every picture is decoded.
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
    await Promise.allSettled([...document.images].map((image) => image.decode()));
  });
  await page.screenshot({ path: join(folder, `${name}.png`) });
  const overflow = await sidewaysOverflow(page);
  console.log(`${name}${overflow > 0 ? `: ${overflow} px wider than the window` : ""}`);
}

try {
  for (const colorScheme of ["light", "dark"]) {
    for (const [suffix, viewport] of Object.entries(SIZES)) {
      const page = await openPage(browser, { viewport, colorScheme });
      const name = (what) => `${what}${suffix}-${colorScheme}`;
      await page.goto(hub);
      await byId(page, "login-submit").waitFor();
      await shoot(page, name("login"));
      await logIn(page, hub, demo);
      await byId(page, "conversation-row").nth(3).waitFor();
      await shoot(page, name("inbox-empty"));
      // The demo's richest thread, when it is in view.
      const rich = byId(page, "conversation-row").filter({ hasText: "Mariana Silva" });
      await ((await rich.count()) > 0 ? rich.first() : byId(page, "conversation-row").nth(1)).click();
      await byId(byId(page, "thread"), "message").first().waitFor();
      await shoot(page, name("inbox"));
      await page.goto(`${hub}/search?q=order`);
      await byId(page, "search-hit").nth(3).waitFor();
      await shoot(page, name("search"));
      await page.goto(`${hub}/wall`);
      await byId(page, "agent-row").first().waitFor();
      await shoot(page, name("wall"));
      await page.goto(`${hub}/settings/numbers`);
      await byId(page, "number-row").first().waitFor();
      await shoot(page, name("numbers"));
      await page.goto(`${hub}/settings/cluster`);
      await byId(page, "node-card").first().waitFor();
      await shoot(page, name("cluster"));
      await page.goto(`${phone}/?${customer}`);
      await byId(page, "phone-message").first().waitFor();
      await shoot(page, name("customer"));
      for (const error of page.errors) console.log(`error on a page: ${error}`);
      await page.context().close();
    }
  }
} finally {
  await browser.close();
}
