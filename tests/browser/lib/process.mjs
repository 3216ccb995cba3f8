// The programs under test, started on free ports, their output kept for when a story fails.

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

import { eventually } from "./await.mjs";

const KEPT_LINES = 60;
/** Ports whose programs may not listen yet. */
const given = new Set();

/** A port on which nothing listens now, below those that the kernel gives to outgoing connections: a program that
 * connects before it listens must not get its own. */
export async function freePort() {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port)) continue;
    const server = createServer();
    const free = await new Promise((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    given.add(port);
    return port;
  }
  throw new Error("found no free port");
}

/** Starts a program and waits until `url` answers 200. */
export async function start(name, program, args, env, url) {
  const lines = [];
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let ended;
  const end = new Promise((resolve) => {
    const note = (why) => {
      ended = why;
      resolve();
    };
    child.once("exit", (code, signal) => note(`ended with ${signal ?? code}`));
    child.once("error", (error) => note(error.message));
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      lines.push(...text.split("\n").filter(Boolean));
      lines.splice(0, lines.length - KEPT_LINES);
    });
  }
  const running = {
    output: () => `--- last lines of ${name}\n${lines.join("\n")}`,
    async stop(signal = "SIGTERM") {
      if (!ended) child.kill(signal);
      const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
      await end;
      clearTimeout(late);
    },
  };
  const answer = await Promise.race([
    eventually(`${name} to answer at ${url}`, async () => (await fetch(url)).ok, 30).catch((error) => error),
    end,
  ]);
  if (answer !== true) {
    await running.stop();
    throw new Error(`${name} did not start: ${ended ?? answer.message}\n${running.output()}`);
  }
  return running;
}
