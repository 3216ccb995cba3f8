// Takes pictures of the main pages, light and dark, wide and narrow: `node dev/screenshots.mjs OUT [only]`.
// Needs a built dashboard, the mock on BASE and a Chromium.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const OUT = process.argv[2] ?? "shots";
const ONLY = process.argv[3];
const BASE = process.env.BASE ?? "http://127.0.0.1:3000";
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

const row = (page, text) =>
  page.locator("[data-testid=conversation-row]", { hasText: text }).first();

const SHOTS = {
  login: async (page) => page.goto(`${BASE}/login`),
  inbox: async (page) => {
    await logIn(page);
    await page.waitForSelector("[data-testid=conversation-row]");
  },
  views: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/inbox?status=all&tag=tag_1`);
    await page.waitForSelector("[data-testid=conversation-row]");
    await page.getByTestId("views").click();
  },
  "views-save": async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/inbox?assignee=me&priority=high`);
    await page.getByTestId("views").click();
    await page.getByText("Save these filters").click();
    await page.getByLabel("Name", { exact: true }).fill("Mine and pressing");
  },
  "views-manage": async (page) => {
    await SHOTS.views(page);
    await page.getByText("Manage views").click();
  },
  unseen: async (page) => {
    await SHOTS.inbox(page);
    await page.getByLabel("Only what you have not read").click();
    await page.waitForSelector("[data-testid=conversation-row]");
  },
  "mark-unread": async (page) => {
    await SHOTS.thread(page);
    await page.getByTestId("status").click();
  },
  participants: async (page) => {
    await logIn(page);
    await row(page, "Lena Hoffmann").click();
    await page.waitForSelector("[data-testid=message]");
    const add = page.getByTestId("add-participant");
    if (!(await add.first().isVisible())) await page.getByLabel("Show the contact").click();
    await add.last().click();
    await page.getByRole("combobox").waitFor();
  },
  starred: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/starred`);
    await page.waitForSelector("[data-testid=starred-line]");
  },
  "starred-here": async (page) => {
    await SHOTS.thread(page);
    // On a phone, and where there is little room, the person is behind a button.
    const button = page.getByTestId("starred");
    if (!(await button.first().isVisible())) await page.getByLabel("Show the contact").click();
    await button.last().click();
    await page.waitForSelector("[data-testid=starred-line]");
  },
  thread: async (page) => {
    await logIn(page);
    await row(page, "Aisha Rahman").click();
    await page.waitForSelector("[data-testid=message]");
  },
  "thread-up": async (page) => {
    await SHOTS.thread(page);
    await page.locator("[data-testid=thread]").evaluate((box) => box.scrollBy(0, -1500));
  },
  "thread-top": async (page) => {
    await SHOTS.thread(page);
    await page.locator("[data-testid=thread]").evaluate((box) => box.scrollBy(0, -9000));
  },
  closed: async (page) => {
    await logIn(page);
    await page.locator("#inbox-search").fill("Emma");
    await row(page, "24 h").click();
    await page.waitForSelector("[data-testid=template-option]");
  },
  template: async (page) => {
    await SHOTS.closed(page);
    await page.locator("[data-testid=template-option]").nth(1).click();
    await page.locator("[data-testid=template-value]").first().fill("Emma");
  },
  interactive: async (page) => {
    await SHOTS.thread(page);
    await page.getByLabel("More to send").click();
    await page.getByText("Buttons, list or link").click();
    await page.getByLabel("Text", { exact: true }).fill("Which colour do you like?");
    await page.getByLabel("Button 1").fill("Forest green");
  },
  macros: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/settings/macros`);
    await page.getByText("Thank, tag and close").waitFor();
  },
  "macro-edit": async (page) => {
    await SHOTS.macros(page);
    await page.getByLabel("Edit Thank, tag and close").click();
  },
  "macro-run": async (page) => {
    await SHOTS.thread(page);
    await page.keyboard.press("Alt+m");
    await page.getByRole("combobox").waitFor();
  },
  "macro-refused": async (page) => {
    await logIn(page);
    await page.locator("#inbox-search").fill("Emma");
    await row(page, "24 h").click();
    await page.waitForSelector("[data-testid=template-option]");
    await page.keyboard.press("Alt+m");
    await page.getByRole("combobox").fill("thank");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing else was done").waitFor();
  },
  numbers: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/settings/numbers`);
    await page.waitForSelector("[data-testid=number-row]");
  },
  "new-number": async (page) => {
    await SHOTS.numbers(page);
    await page.getByTestId("new-number").click();
  },
  users: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/settings/users`);
    await page.getByText("agent1@demo.test").waitFor();
  },
  invite: async (page) => {
    await SHOTS.users(page);
    await page.getByTestId("invite-user").click();
    await page.getByLabel("E-mail", { exact: true }).fill("new@radwerk.test");
    await page.getByText("Send it by e-mail").waitFor();
  },
  invitations: async (page) => {
    await SHOTS.users(page);
    for (const name of ["nora", "fail"]) {
      await page.getByTestId("invite-user").click();
      await page.getByLabel("E-mail", { exact: true }).fill(`${name}@radwerk.test`);
      await page.getByRole("button", { name: "Send the invitation" }).click();
      await page.getByRole("button", { name: "Done" }).click();
    }
    await page.getByText("Mail not sent").first().waitFor();
  },
  forgot: async (page) => {
    await page.goto(`${BASE}/forgot-password`);
    await page.getByText("Send the link").waitFor();
  },
  profile: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/settings/profile`);
  },
  audit: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/settings/audit-log`);
  },
  quarantine: async (page) => {
    await logIn(page);
    await page.goto(`${BASE}/settings/quarantine`);
  },
};

for (const scene of ["several", "embedded", "trouble", "deploy", "unheard", "gone"]) {
  SHOTS[`cluster-${scene}`] = async (page) => {
    // The last scene needs an answer to lose.
    await chooseScene(page, scene === "gone" ? "several" : scene);
    await logIn(page);
    await page.goto(`${BASE}/settings/cluster`);
    await page.getByTestId("node-card").first().waitFor();
    if (scene !== "gone") return;
    await chooseScene(page, scene);
    await page.getByText("Last seen").waitFor();
  };
}

async function chooseScene(page, scene) {
  await page.request.post(`${BASE}/api/v1/mock/cluster`, { data: { scene } });
}

async function logIn(page) {
  await page.goto(`${BASE}/login`);
  await page.getByTestId("demo-login").click();
  await page.waitForURL("**/inbox");
}

for (const [name, shot] of Object.entries(SHOTS)) {
  if (ONLY && !ONLY.split(",").includes(name)) continue;
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      page.on("console", (line) => {
        if (["error", "warning"].includes(line.type())) console.log(`${name}:`, line.text());
      });
      page.on("pageerror", (error) => console.log(`${name}:`, error.message));
      try {
        await shot(page);
        await page.waitForTimeout(600);
      } catch (error) {
        console.log(`${name} ${size}: ${error.message.split("\n")[0]}`);
      }
      await page.screenshot({ path: `${OUT}/${name}-${size}-${colorScheme}.png` });
      await context.close();
    }
  }
}
await browser.close();
