// The two kinds of hub: embedded on SQLite, and on PostgreSQL with Redis. Each story runs on both.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

const run = promisify(execFile);
const { TEST_DATABASE_URL: database, TEST_REDIS_URL: redis } = process.env;

const sqlite = { name: "SQLite", open: async () => ({ settings: {}, close: async () => {} }) };

const postgres = {
  name: "PostgreSQL and Redis",
  /** A database of its own, gone afterwards. */
  async open() {
    const name = `story_${process.pid}_${randomBytes(4).toString("hex")}`;
    await statement(`create database ${name}`);
    const url = new URL(database);
    url.pathname = `/${name}`;
    return {
      settings: {
        DATABASE_URL: url.href,
        // The tests' own server is fast and forgets with the power.
        UNSAFE_DATABASE: "true",
        REDIS_URL: redis,
        JWT_SECRET: randomBytes(32).toString("hex"),
        ENCRYPTION_KEY: randomBytes(32).toString("base64"),
      },
      close: () => statement(`drop database ${name} with (force)`),
    };
  },
};

async function statement(sql) {
  await run("psql", ["--no-psqlrc", "--no-password", "--quiet", database, "-c", sql]);
}

if (!database || !redis) {
  throw new Error("TEST_DATABASE_URL and TEST_REDIS_URL are not set; start the stories with: make test");
}

export const engines = [sqlite, postgres];
