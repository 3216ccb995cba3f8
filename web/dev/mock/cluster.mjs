// Nodes for the cluster's page, in scenes: `POST /mock/cluster {"scene": "…"}` chooses one.

import { Refusal } from "./answers.mjs";
import { iso, state } from "./state.mjs";

const HOUR = 3_600_000;
const VERSION = "0.1.0";

let scene = "several";

function report(part) {
  return {
    conversations: 1_284,
    sessions: 2,
    lines: [],
    sockets: 41,
    restarts: 0,
    mailbox_full: 0,
    commits_waiting: 0,
    db_waiting: 0,
    jobs_in_hand: 3,
    bus: true,
    memory: 61_400_000 + Math.floor(Math.random() * 3e6),
    ...part,
  };
}

function node(number, part) {
  return {
    number,
    name: `hub${number}`,
    version: VERSION,
    standing: "live",
    this: number === 1,
    keeps_queues: number === 2,
    started_at: iso(Date.now() - (30 + number) * HOUR),
    silent_ms: Math.floor(Math.random() * 1_000),
    report: report({}),
    ...part,
  };
}

const cluster = (nodes, part) => ({ nodes, embedded: false, database_ms: 2, bus: true, ...part });
const numbers = () => state.sessions.map(({ id }) => id);
const tool = () =>
  node(9, {
    name: "import",
    standing: "tool",
    started_at: iso(Date.now() - 300_000),
    report: null,
  });

const SCENES = {
  several: () => {
    const [first, ...others] = numbers();
    return cluster([
      node(1, { report: report({ lines: first ? [first] : [] }) }),
      node(2, { report: report({ conversations: 1_107, lines: others }) }),
      node(3, { report: report({ conversations: 1_190, sockets: 38 }) }),
      tool(),
    ]);
  },
  embedded: () =>
    cluster([node(1, { silent_ms: 0, report: report({ bus: null, lines: numbers() }) })], {
      embedded: true,
      bus: null,
    }),
  trouble: () =>
    cluster(
      [
        node(1, { report: report({ lines: numbers(), restarts: 2, mailbox_full: 1_318 }) }),
        node(2, { standing: "dead", silent_ms: 95_000, report: null }),
        node(3, { report: report({ bus: false }) }),
        node(4, { report: null }),
      ],
      { database_ms: 840 },
    ),
  deploy: () =>
    cluster([
      node(1, { standing: "leaving", version: "0.0.9", report: report({ sockets: 0 }) }),
      node(2, { version: "0.0.9", report: report({ lines: numbers() }) }),
      node(4, {
        name: "hub3",
        started_at: iso(Date.now() - 20_000),
        report: report({ conversations: 12 }),
      }),
      node(3, { version: "0.0.9", standing: "dead", silent_ms: 40_000, report: null }),
    ]),
  unheard: () =>
    cluster(
      [
        node(1, { report: report({ bus: false, lines: numbers() }) }),
        node(2, { report: null }),
        node(3, { report: null }),
      ],
      { bus: false },
    ),
  gone: () => {
    throw new Refusal(503, "unavailable", "The database does not answer");
  },
};

export const showCluster = () => SCENES[scene]();

export function chooseScene(name) {
  if (!(name in SCENES)) throw new Refusal(404, "not_found", "There is no such scene");
  scene = name;
  return [204];
}
