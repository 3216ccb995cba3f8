// Measures the built dashboard's inbox on a list of 50,000 conversations: what its first load weighs, whether scrolling
// and switching keep up, and with --lighthouse what Lighthouse says. Build web/ first.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { FLAGS } from "./lib/browser.mjs";
import { startLongInbox } from "./lib/long-inbox.mjs";
import { freePort } from "./lib/process.mjs";

const ROWS = 50_000;
const SCROLL_MS = 10_000;
/** A notch of a wheel that is turned as fast as it goes. */
const NOTCH_PX = 120;
const SWITCHES = 20;
const LONG_MS = 50;

const [port, debugPort] = [await freePort(), await freePort()];
const url = `http://127.0.0.1:${port}`;
const hub = await startLongInbox(port, ROWS);
const profile = await mkdtemp(join(tmpdir(), "speed-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
  args: [...FLAGS, `--remote-debugging-port=${debugPort}`],
  viewport: { width: 1440, height: 900 },
});

try {
  await signIn();
  await firstLoad();
  await scroll("page by page");
  hub.whole = true;
  await scroll("all rows loaded");
  hub.whole = false;
  await switching();
  await commandBar();
  if (process.argv.includes("--lighthouse")) await lighthouse();
} finally {
  await context.close();
  hub.close();
  await rm(profile, { recursive: true, force: true });
}

/** A remembered log-in; nothing answers at the socket, which is none of the page's work. */
async function signIn() {
  await context.addInitScript(() => {
    localStorage.setItem("refresh_token", "r");
    window.WebSocket = class {
      send() {}
      close() {}
    };
    window.longTasks = [];
    new PerformanceObserver((list) => {
      window.longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
    }).observe({ entryTypes: ["longtask"] });
  });
}

async function inbox() {
  const page = await context.newPage();
  await page.goto(`${url}/inbox`);
  await page.locator('[data-testid="conversation-row"]').first().waitFor();
  return page;
}

/** All scripts that are asked for until the inbox stands, as they come over the line. */
async function firstLoad() {
  const page = await inbox();
  await page.waitForLoadState("networkidle");
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.endsWith(".js"))
      .map(({ name, encodedBodySize }) => ({ name, size: encodedBodySize })),
  );
  const sum = scripts.reduce((all, { size }) => all + size, 0);
  console.log(`first load: ${scripts.length} scripts, ${(sum / 1000).toFixed(0)} kB gzipped`);
  await page.close();
}

/** Tasks by the clock, as people feel them, and by the processor's time, as they are where nothing else runs. */
async function scroll(how) {
  const page = await inbox();
  await page.waitForTimeout(1_000);
  await page.mouse.move(250, 500);
  await page.evaluate(() => (window.longTasks.length = 0));
  const stop = await trace(page);
  const end = Date.now() + SCROLL_MS;
  while (Date.now() < end) await page.mouse.wheel(0, NOTCH_PX);
  const { tasks, top } = await page.evaluate(() => {
    const list = document.querySelector('[data-testid="conversation-row"]').closest("ul").parentElement;
    return { tasks: window.longTasks, top: list.scrollTop };
  });
  const busy = await stop();
  const { length } = busy.filter((ms) => ms > LONG_MS);
  console.log(`scrolling, ${how}: ${(top / 76).toFixed(0)} rows in 10 s`);
  console.log(`  by the clock: ${tasks.length} tasks over 50 ms, the longest ${Math.max(0, ...tasks)} ms`);
  console.log(`  by the processor: ${length} tasks over 50 ms, the longest ${Math.max(0, ...busy).toFixed(0)} ms`);
  await page.close();
}

/** Begins to note the tasks of the page's main thread; the answer ends it and gives how long each kept the processor. */
async function trace(page) {
  const session = await context.newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", { traceConfig: { includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline"] } });
  return async () => {
    const done = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Tracing.end");
    await done;
    // Other pages of the browser have threads of their own; this one runs our functions.
    const calls = events.filter(({ name }) => name === "FunctionCall");
    const counts = {};
    for (const call of calls) counts[threadOf(call)] = (counts[threadOf(call)] ?? 0) + 1;
    const main = Object.entries(counts).sort(([, a], [, b]) => b - a)[0]?.[0];
    return events.filter((event) => event.name.endsWith("RunTask") && threadOf(event) === main).map(({ tdur = 0 }) => tdur / 1000);
  };
}

/** From the click until the other thread is painted, for conversations that were open before. */
async function switching() {
  const page = await inbox();
  const rows = page.locator('[data-testid="conversation-row"]');
  const open = (n) =>
    rows.nth(n).evaluate(async (row) => {
      const wanted = row.querySelector("bdi").textContent;
      const from = performance.now();
      row.click();
      while (true) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const title = document.getElementById("conversation-title")?.textContent;
        if (title === wanted && document.querySelector('[data-testid="message"]')) break;
      }
      return new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from))));
    });
  for (const n of [0, 1, 2, 3]) {
    await open(n);
    await page.waitForTimeout(500);
  }
  const times = [];
  for (let turn = 0; turn < SWITCHES; turn += 1) {
    times.push(await open(turn % 4));
    await page.waitForTimeout(200);
  }
  print("switching to a conversation that is cached", times);
  await page.close();
}

/** From the key until the field has the focus and its list is painted. */
async function commandBar() {
  const times = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const page = await inbox();
    const time = await page.evaluate(async () => {
      const from = performance.now();
      window.dispatchEvent(new KeyboardEvent("keydown", { key: "k", code: "KeyK", ctrlKey: true }));
      while (!document.querySelector("dialog [role=option]")) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - from;
    });
    times.push(time);
    await page.close();
  }
  print("opening the command bar, its code not loaded yet", times);
}

function threadOf({ pid, tid }) {
  return `${pid}/${tid}`;
}

function print(what, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  console.log(`${what}: median ${middle.toFixed(0)} ms, slowest ${sorted.at(-1).toFixed(0)} ms`);
}

/** Not installed with the others: npx fetches it. */
async function lighthouse() {
  const page = await inbox();
  const report = join(profile, "report.json");
  const args = [`${url}/inbox`, `--port=${debugPort}`, "--preset=desktop", "--disable-storage-reset", "--quiet"];
  const program = process.env.LIGHTHOUSE ?? "npx";
  const first = process.env.LIGHTHOUSE ? [] : ["--yes", "lighthouse@12"];
  const child = spawn(program, [...first, ...args, "--output=json", `--output-path=${report}`], { stdio: "inherit" });
  await new Promise((resolve) => child.once("exit", resolve));
  const { categories, audits } = JSON.parse(await readFile(report, "utf8"));
  for (const { title, score } of Object.values(categories)) console.log(`Lighthouse, ${title}: ${Math.round(score * 100)}`);
  for (const name of ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"])
    console.log(`  ${audits[name].title}: ${audits[name].displayValue}`);
  await page.close();
}
