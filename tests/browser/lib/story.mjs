// One story on every engine, with one browser for the whole file.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage } from "./browser.mjs";
import { engines } from "./engine.mjs";
import { withWorld } from "./world.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** `tell({world, page})`, where `page(options)` opens a page; afterwards no page may have complained. */
export function story(name, tell) {
  for (const engine of engines) {
    test(`${name} (${engine.name})`, { timeout: 180_000 }, () =>
      withWorld(engine, async (world) => {
        const pages = [];
        const page = async (options) => {
          pages.push(await openPage(browser, options));
          return pages.at(-1);
        };
        try {
          await tell({ world, page });
          assert.deepEqual(
            pages.flatMap((opened) => opened.errors),
            [],
          );
        } catch (error) {
          const pictures = await Promise.all(pages.map(picture));
          throw new Error(error.message + pictures.join(""), { cause: error });
        } finally {
          for (const opened of pages) await opened.context().close();
        }
      }),
    );
  }
}

/** What the page showed, in words; with STORY_SHOTS set to a folder also as a picture. */
async function picture(page) {
  const text = await page.evaluate(() => document.body.innerText).catch((error) => error.message);
  if (process.env.STORY_SHOTS) {
    await page.screenshot({ path: `${process.env.STORY_SHOTS}/${Date.now()}.png` }).catch(() => {});
  }
  return `\n--- ${page.url()} showed\n${text.slice(0, 2000)}`;
}
