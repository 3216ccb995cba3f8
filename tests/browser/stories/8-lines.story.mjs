// Conversations find their agents: given out to be accepted, taken by hand, and all of it on the supervisor's wall.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish, invite } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const dora = { wa_id: "4915187654321", name: "Dora Customer" };
const emil = { wa_id: "4915111112222", name: "Emil Customer" };
/** Long enough that nothing goes on to somebody else while the story is told. */
const ACCEPT_SECONDS = 600;

/** Two agents at their desks; the bakers are given what comes in. */
async function bakery(world, page) {
  const session = await furnish(world);
  const ben = await invite(world, { name: "Ben Baker", email: "ben@example.com", role: "agent" });
  const cleo = await invite(world, { name: "Cleo Cook", email: "cleo@example.com", role: "agent" });
  const routing = { strategy: "round_robin", accept_seconds: ACCEPT_SECONDS };
  const people = { member_ids: [ben.id, cleo.id] };
  const bakers = await world.hub.post("/teams", { name: "Bakers", ...people, session_ids: [session.id], routing });
  const agents = new Map();
  for (const agent of [ben, cleo]) {
    agents.set(agent.id, await page());
    await logIn(agents.get(agent.id), world.url, agent);
    await online(agents.get(agent.id));
  }
  return { bakers, agents, ben, cleo };
}

const online = (where) => byId(where, "my-status", '[data-status="online"]').waitFor({ state: "attached" });

const conversationOf = async (world, { name }) => (await world.hub.get(`/conversations?q=${encodeURIComponent(name)}`)).data[0];

story("a conversation is offered to one agent, who accepts it by key", async ({ world, page }) => {
  const { agents } = await bakery(world, page);
  await customerWrites(world, carla, "Do you deliver?");
  const given = await eventually("somebody to be given it", async () => {
    const row = await conversationOf(world, carla);
    return row?.assignee && row;
  });
  assert.ok(given.reserved_until, "it has to be accepted");
  const mine = agents.get(given.assignee.id);
  const [other] = [...agents.values()].filter((one) => one !== mine);

  await openConversation(mine, "Carla Customer");
  await byId(mine, "reserved-bar").filter({ hasText: "accept within" }).waitFor();
  await accessible(mine, "an offer");
  await openConversation(other, "Carla Customer");
  await message(other, "Do you deliver?").waitFor();
  assert.equal(await byId(other, "reserved-bar").count(), 0, "it is offered to one alone");

  await mine.keyboard.press("Alt+KeyA");
  await byId(mine, "reserved-bar").waitFor({ state: "detached" });
  const kept = await eventually("the hub to know it", async () => {
    const row = await conversationOf(world, carla);
    return row.reserved_until === null && row;
  });
  assert.equal(kept.assignee.id, given.assignee.id);
});

story("agents take what waits by hand, and the wall agrees with the hub", async ({ world, page }) => {
  const { bakers, agents, ben } = await bakery(world, page);
  const byHand = { strategy: "manual", accept_seconds: null };
  await world.hub.patch(`/teams/${bakers.id}`, { routing: byHand });
  for (const customer of [carla, dora, emil]) {
    await customerWrites(world, customer, `${customer.name} asks`);
    await eventually("it at the hub", () => conversationOf(world, customer));
  }
  const agent = agents.get(ben.id);
  await byId(agent, "take-next", '[data-waiting="3"]').waitFor();
  await agent.keyboard.press("Alt+KeyT");
  await message(agent, "Carla Customer asks").waitFor();
  await byId(agent, "take-next", '[data-waiting="2"]').waitFor();
  assert.equal((await conversationOf(world, carla)).assignee.id, ben.id, "who waited longest comes first");

  const olive = await page();
  await logIn(olive, world.url);
  await olive.goto(`${world.url}/wall`);
  const card = byId(olive, "queue-card", `[data-team="${bakers.id}"]`);
  await agrees(world, card, bakers, { waiting: 2, serving: 1, unanswered: 3 });
  await agent.keyboard.press("Alt+KeyT");
  await agrees(world, card, bakers, { waiting: 1, serving: 2, unanswered: 3 });
  await accessible(olive, "the wall");

  await card.getByRole("button").click();
  const drawer = byId(olive, "drawer");
  await byId(drawer, "watch-row").filter({ hasText: "Emil Customer" }).waitFor();
  assert.equal(await byId(drawer, "watch-row").count(), 1, "only Emil waits");
  await accessible(olive, "a line");
  await byId(drawer, "watch-row").getByRole("button").click();
  await byId(olive, "message").filter({ hasText: "Emil Customer asks" }).waitFor();
  await byId(olive, "whisper").waitFor();
  await accessible(olive, "silent reading");
  assert.equal((await conversationOf(world, emil)).unread, 1, "nobody notices the reading");
  await olive.keyboard.press("Escape");

  await olive.getByRole("button", { name: "Actions for Ben Baker" }).click();
  await olive.getByRole("menuitem", { name: "Away" }).click();
  const row = byId(olive, "agent-row", `[data-id="${ben.id}"]`);
  await row.filter({ hasText: "Away" }).filter({ hasText: "set by a supervisor" }).waitFor();
  await byId(agent, "my-status", '[data-status="away"]').waitFor({ state: "attached" });
});

/** The card shows these figures, and so does the hub. */
async function agrees(world, card, team, wanted) {
  const figure = (name) => card.locator("dl > div").filter({ hasText: name }).locator("dd").innerText();
  await eventually(`the wall to show ${JSON.stringify(wanted)}`, async () => {
    const waiting = await card.getByText("waiting", { exact: true }).locator("xpath=preceding-sibling::*").innerText();
    const shown = { waiting, serving: await figure("in hand"), unanswered: await figure("unanswered") };
    const queues = await world.hub.get("/queues");
    const told = queues.data.find((queue) => queue.team?.id === team.id);
    return Object.entries(wanted).every(([name, value]) => Number(shown[name]) === value && told[name] === value);
  });
}
