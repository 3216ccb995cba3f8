// A hub with an empty database, a simulator as its provider, and the means to talk to both without a browser.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { freePort, start } from "./process.mjs";
import { wireTo } from "./proxy.mjs";

const built = (name) => fileURLToPath(new URL(`../../../target/debug/${name}`, import.meta.url));
const HUB = process.env.HUB_BINARY ?? built("command-center");
const SIMULATOR = process.env.SIMULATOR_BINARY ?? built("loadtest");

export const OWNER = { organization: "Blue Bakery", name: "Olive Owner", email: "olive@example.com", password: "correct horse battery" };

export const NUMBER = {
  phone_number_id: "100000000000001",
  business_account_id: "200000000000001",
  access_token: "EAAstoryaccesstoken",
  app_secret: "0123456789abcdef0123456789abcdef",
  display_phone_number: "+1 555 010 0001",
  verified_name: "Blue Bakery",
};
export const VERIFY_TOKEN = "a-verify-token-of-ours";

/** `async (world) => …` on a fresh hub and simulator; says what both printed when it fails. */
export async function withWorld(engine, story) {
  const world = await open(engine);
  try {
    await story(world);
  } catch (error) {
    throw new Error(`${error.message}\n${world.output()}`, { cause: error });
  } finally {
    await world.close();
  }
}

async function open(engine) {
  const folder = await mkdtemp(join(tmpdir(), "command-center-story-"));
  const database = await engine.open();
  const [hubPort, simulatorPort] = [await freePort(), await freePort()];
  // The browser and the provider both come through the wire, the stories' own requests do not.
  const wire = await wireTo(hubPort);
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const direct = `http://127.0.0.1:${hubPort}`;
  const url = `http://127.0.0.1:${wire.port}`;
  const base = { PATH: process.env.PATH, HOME: folder, NO_COLOR: "1" };
  const cleaners = [() => wire.close(), () => database.close(), () => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const clean of cleaners) await clean();
  };
  try {
    // Statuses one after the other as in life, only ten times faster, and none left out.
    const args = ["simulate", "--port", String(simulatorPort), "--tidy", "--time-factor", "0.1"];
    const simulator = await start("simulator", SIMULATOR, args, base, `${simulatorUrl}/sim/health`);
    cleaners.unshift(() => simulator.stop());
    const settings = { PORT: String(hubPort), DATA_DIR: folder, PUBLIC_URL: url, WHATSAPP_API_URL: simulatorUrl };
    const hub = await start("hub", HUB, ["serve"], { ...base, ...settings, ...database.settings }, `${direct}/readyz`);
    cleaners.unshift(() => hub.stop());
    return {
      url,
      wire,
      phoneUrl: `${simulatorUrl}/`,
      simulator: speaker(simulatorUrl),
      hub: speaker(`${direct}/api/v1`),
      webhookBase: direct,
      output: () => `${hub.output()}\n${simulator.output()}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Sends JSON and expects a good answer. */
function speaker(base) {
  const headers = { "content-type": "application/json" };
  const speak = async (method, path, body) => {
    const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  return {
    get: (path) => speak("GET", path),
    post: (path, body) => speak("POST", path, body),
    patch: (path, body) => speak("PATCH", path, body),
    /** Everything said from now on is said in this person's name. */
    as(token) {
      headers.authorization = `Bearer ${token}`;
    },
  };
}

/** An owner and a connected number, made without the browser. */
export async function furnish(world) {
  const tokens = await world.hub.post("/auth/register", OWNER);
  world.hub.as(tokens.access_token);
  await world.simulator.post("/sim/numbers", NUMBER);
  const session = await world.hub.post("/sessions", {
    name: "Front desk",
    provider: "cloud_api",
    phone_number_id: NUMBER.phone_number_id,
    business_account_id: NUMBER.business_account_id,
    access_token: NUMBER.access_token,
    app_secret: NUMBER.app_secret,
    verify_token: VERIFY_TOKEN,
  });
  await subscribe(world, session.webhook_url);
  return session;
}

/** A colleague of the owner, who said who they are: what they log in with, and their id. */
export async function invite(world, { name, email, role }) {
  const { url } = await world.hub.post("/invitations", { email, role });
  const { password } = OWNER;
  const form = { invitation: url.split("/").at(-1), name, password };
  const { user } = await world.hub.post("/auth/register", form);
  return { id: user.id, name, email, password };
}

/** Tells the provider where the hub's callback is; straight to the hub, so that a cut wire cuts off the browser alone. */
export async function subscribe(world, webhookUrl) {
  const callback = world.webhookBase + new URL(webhookUrl).pathname;
  await world.simulator.post("/sim/subscriptions", {
    phone_number_id: NUMBER.phone_number_id,
    callback_url: callback,
    verify_token: VERIFY_TOKEN,
  });
}

/** A customer writes. */
export async function customerWrites(world, customer, text) {
  return world.simulator.post(`/sim/customers/${customer.wa_id}/messages`, {
    phone_number_id: NUMBER.phone_number_id,
    name: customer.name,
    type: "text",
    body: text,
  });
}
