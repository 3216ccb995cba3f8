// Chromium, and the words in which stories speak of pages.

import { chromium } from "playwright-core";

import { OWNER } from "./world.mjs";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const DESKTOP = { width: 1440, height: 900 };

/** A browser; close it when done. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium", args: FLAGS });
}

/** A page of its own person; `errors` gathers what the page's scripts complain of. */
export async function openPage(browser, { viewport = DESKTOP, ...options } = {}) {
  const context = await browser.newContext({ viewport, locale: "en-US", reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error.message));
  return page;
}

export const byId = (scope, id, attributes = "") => scope.locator(`[data-testid="${id}"]${attributes}`);

export async function fill(page, values) {
  for (const [id, value] of Object.entries(values)) await byId(page, id).fill(value);
}

export async function logIn(page, url, { email, password } = OWNER) {
  await page.goto(url);
  await fill(page, { "login-email": email, "login-password": password });
  await byId(page, "login-submit").click();
  await connected(page);
}

/** The socket is open, and the page says so. */
export async function connected(page) {
  await byId(page, "connection-state", '[data-state="connected"]').first().waitFor({ state: "attached", timeout: 30_000 });
}

/** The thread's message with this text. */
export const message = (page, text, attributes = "") => byId(byId(page, "thread"), "message", attributes).filter({ hasText: text });

export async function openConversation(page, text) {
  await byId(page, "conversation-row").filter({ hasText: text }).first().click();
  await byId(page, "thread").waitFor();
}

export async function send(page, text) {
  await byId(page, "composer-input").fill(text);
  await byId(page, "composer-send").click();
}

/** All messages of the open thread, oldest first, though only those in view are in the document. */
export async function wholeThread(page) {
  const seen = new Map();
  const scroll = (to) =>
    byId(page, "thread").evaluate((thread, place) => {
      const candidates = [thread, ...thread.querySelectorAll("*")];
      const scroller = candidates.find((e) => e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY));
      if (!scroller) return { top: 0, rest: 0 };
      scroller.scrollTop = place === "end" ? scroller.scrollHeight : scroller.scrollTop - scroller.clientHeight / 2;
      return new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve({ top: scroller.scrollTop, rest: scroller.scrollHeight }))),
      );
    }, to);
  const note = async () => {
    const rows = await byId(byId(page, "thread"), "message").evaluateAll((elements) =>
      elements.map((e) => ({ id: e.dataset.id ?? e.dataset.clientKey, status: e.dataset.status, direction: e.dataset.direction, text: e.innerText })),
    );
    const ids = rows.map((row) => row.id);
    if (new Set(ids).size !== ids.length) throw new Error(`the thread shows a message twice: ${ids.join(" ")}`);
    for (const row of rows) seen.set(row.id, row);
  };
  await scroll("end");
  await note();
  let before;
  for (let place = await scroll("up"); JSON.stringify(place) !== before; place = await scroll("up")) {
    before = JSON.stringify(place);
    await note();
  }
  return [...seen.values()];
}

/** The whole of the message lies in the part of the thread that is seen. */
export async function isInView(page, locator) {
  const [box, thread] = [await locator.boundingBox(), await byId(page, "thread").boundingBox()];
  return Boolean(box) && box.y >= thread.y && box.y + box.height <= thread.y + thread.height;
}

/** Nothing of the page is wider than the window. */
export async function sidewaysOverflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
