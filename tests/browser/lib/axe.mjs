// The rules of accessibility, asked of a page with the colours that a real browser shows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

// The dashboard's own tests bring it along.
const axe = await readFile(new URL("../../../web/node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Fails when what the page shows now breaks a serious rule; `where` says which page it is. */
export async function accessible(page, where) {
  await page.evaluate(axe);
  const serious = await page.evaluate(async () => {
    // What fades in is pale only for a moment. The end of one change of colour may begin that of what lies in it.
    const fading = () =>
      document.getAnimations().filter(({ effect, playState }) => playState === "running" && effect.getTiming().iterations !== Infinity);
    for (let running = fading(); running.length > 0; running = fading()) {
      await Promise.allSettled(running.map((animation) => animation.finished));
    }
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  });
  assert.deepEqual(serious, [], where);
}
