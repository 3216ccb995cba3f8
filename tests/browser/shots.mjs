// Takes the pictures of docs/screenshots from a running demo:
//
//   make run                                   # in one terminal
//   cd tests/browser && npm ci && npm run shots
//
// HUB_URL (http://127.0.0.1:3000) and PHONE_URL (http://127.0.0.1:3010) say where they run.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { byId, launch, logIn, openPage, sidewaysOverflow } from "./lib/browser.mjs";

const hub = process.env.HUB_URL ?? "http://127.0.0.1:3000";
const phone = process.env.PHONE_URL ?? "http://127.0.0.1:3010";
const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));

const SIZES = { "": { width: 1440, height: 900 }, "-phone": { width: 390, height: 844 } };

const { demo } = await (await fetch(`${hub}/api/v1/setup`)).json();
if (!demo) throw new Error(`${hub} is not a demo`);
await mkdir(folder, { recursive: true });
const { data: numbers } = await (await fetch(`${phone}/sim/numbers`)).json();
const number = numbers[0].phone_number_id;
const { data: chats } = await (await fetch(`${phone}/sim/customers?phone_number_id=${number}`)).json();
const customer = new URLSearchParams({ number, customer: chats[0].key });
const browser = await launch();

async function shoot(page, name) {
  // What slides or fades in has arrived, and every picture is decoded.
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
    await Promise.allSettled([...document.images].map((image) => image.decode()));
  });
  await page.screenshot({ path: `${folder}${name}.png` });
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
      await byId(page, "conversation-row").nth(1).click();
      await byId(byId(page, "thread"), "message").first().waitFor();
      await shoot(page, name("inbox"));
      await page.goto(`${hub}/settings/numbers`);
      await byId(page, "number-row").first().waitFor();
      await shoot(page, name("numbers"));
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
