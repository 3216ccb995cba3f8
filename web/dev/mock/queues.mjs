// Lines and agents: who waits for whom, and who stands how. Nobody is given anything here; agents take it.

import { byId, iso, newId, state, tell } from "./state.mjs";

const MINUTE = 60_000;
const CAPACITY = 20;
const RISK = 0.75;

/** How a user stands as somebody who is given conversations; made when it is first asked for. */
export function agentOf(user) {
  const known = state.agents.get(user.id);
  if (known) return known;
  const status = ["online", "busy", "away", "online", "offline"][state.users.indexOf(user) % 5];
  const agent = {
    id: user.id,
    name: user.name,
    status,
    state: status,
    reason: null,
    since: iso(Date.now() - (9 + state.agents.size * 7) * MINUTE),
    capacity: CAPACITY,
  };
  state.agents.set(user.id, agent);
  return agent;
}

export const agents = () => state.users.map(agentOf);

/** What somebody chose, or for another reason. */
export function changeAgent(user, { status, capacity }, reason = null) {
  const agent = agentOf(user);
  if (status) Object.assign(agent, { status, state: status, reason, since: iso() });
  if (capacity !== undefined && capacity !== null) agent.capacity = capacity;
  const { seq, ...shown } = tell("agent.updated", { ...agent }).data;
  return shown;
}

const openOf = (team) =>
  state.conversations.filter(
    (row) => row.status === "open" && (row.team?.id ?? null) === (team?.id ?? null),
  );

/** What waits for a team, who waited longest first. */
export function line(team) {
  return openOf(team)
    .filter((row) => row.assignee === null)
    .sort((a, b) => since(a).localeCompare(since(b)));
}

const since = (row) => row.waiting_since ?? row.updated_at;

/** By minute, the last is now. */
function perMinute(times) {
  const counts = Array.from({ length: 60 }, () => 0);
  for (const time of times) {
    const ago = Math.floor((Date.now() - Date.parse(time)) / MINUTE);
    if (ago >= 0 && ago < 60) counts[59 - ago] += 1;
  }
  return counts;
}

export function figures(team, supervises) {
  const open = openOf(team);
  const waiting = line(team);
  const waits = open.filter((row) => row.waiting_since);
  const goal = team?.routing.reply_goal_seconds ?? null;
  const over = (share) =>
    goal === null
      ? 0
      : waits.filter((row) => Date.now() - Date.parse(row.waiting_since) > share * goal * 1000)
          .length;
  const breached = over(1);
  return {
    team: team ? { id: team.id, name: team.name } : null,
    at: iso(),
    waiting: waiting.length,
    longest_wait_since: waiting.find((row) => row.waiting_since)?.waiting_since ?? null,
    serving: open.length - waiting.length,
    unanswered: waits.length,
    at_risk: over(RISK) - breached,
    breached,
    // What has no team stands in no line.
    arrivals: team ? perMinute(waits.map((row) => row.waiting_since)) : [],
    taken: team
      ? perMinute(state.taken.filter(({ to }) => to === team.id).map(({ at }) => at))
      : [],
    agents: supervises ? agentsAt(team, open) : [],
  };
}

function agentsAt(team, open) {
  const has = (id) => open.filter((row) => row.assignee?.id === id).length;
  return state.users
    .filter(({ id }) => has(id) > 0 || team?.members.some((member) => member.id === id))
    .map((user) => {
      const { status, ...agent } = agentOf(user);
      const mine = state.conversations.filter(
        (row) => row.status === "open" && row.assignee?.id === user.id,
      );
      return { ...agent, open: mine.length, open_here: has(user.id), replies: repliesOf(user) };
    });
}

function repliesOf({ id }) {
  const from = iso(Date.now() - 60 * MINUTE);
  return [...state.messages.values()]
    .flat()
    .filter((entry) => entry.direction === "outbound" && entry.author?.id === id)
    .filter((entry) => entry.created_at >= from).length;
}

const isSupervisor = ({ role }) => role !== "agent";

export const queues = (user) =>
  [...state.teams, null].map((team) => figures(team, isSupervisor(user)));

/** The figures of the line that a topic names, for somebody who may see them. */
export function queueOfTopic(topic, user) {
  const id = topic.slice("queue:".length);
  const team = byId(state.teams, id) ?? null;
  return team || id === "none" ? figures(team, isSupervisor(user)) : null;
}

/** Gives somebody what waits longest for one of their teams. */
export function takeNext(user) {
  const mine = state.teams.filter((team) => team.members.some(({ id }) => id === user.id));
  const [row] = mine.flatMap(line).sort((a, b) => since(a).localeCompare(since(b)));
  if (!row) return { conversation: null };
  row.assignee = { id: user.id, name: user.name };
  state.taken.push({ to: row.team.id, at: iso() });
  tell("conversation.updated", row, row);
  return { conversation: row };
}

/** Takes a conversation that was given to somebody as theirs. */
export function accept(row) {
  row.reserved_until = null;
  tell("conversation.updated", row, row);
  return row;
}

/** The team as it becomes by a form of the API. */
export function writeTeam(team, { name, member_ids: members, session_ids, routing }) {
  if (name) team.name = name;
  if (members) {
    team.members = members
      .flatMap((id) => byId(state.users, id) ?? [])
      .map((user) => ({ id: user.id, name: user.name }));
  }
  if (session_ids) team.session_ids = session_ids;
  if (routing) team.routing = routing;
  return team;
}

export function newTeam(form) {
  const team = {
    id: newId("team"),
    name: "",
    members: [],
    session_ids: [],
    routing: {
      strategy: "manual",
      accept_seconds: null,
      reply_goal_seconds: null,
      overflow_team_id: null,
      overflow_seconds: null,
    },
    sla: {
      first_reply_seconds: null,
      reply_seconds: null,
      resolution_seconds: null,
      in_hours: false,
      escalation: null,
    },
    hours: null,
    created_at: iso(),
  };
  state.teams.push(writeTeam(team, form));
  return team;
}
