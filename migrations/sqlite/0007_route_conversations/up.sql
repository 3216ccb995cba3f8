-- Who takes what waits: agents and how they stand, how teams give out their conversations, and what happened in their
-- lines.

CREATE TABLE agents (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    status TEXT NOT NULL, -- online, away, busy, offline: as chosen; whoever has no socket is offline whatever it says
    reason TEXT, -- who chose it, if not the agent: idle, missed, forced
    capacity BIGINT NOT NULL, -- open conversations that are given to them
    since TIMESTAMP NOT NULL -- since when they stand as they do, their connection considered
);
CREATE INDEX agents_by_organization ON agents (organization_id, user_id);

-- Where agents have sockets. Rows of runs that are over count for nothing.
CREATE TABLE agent_seats (
    user_id BIGINT NOT NULL REFERENCES users (id),
    life BIGINT NOT NULL,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    PRIMARY KEY (user_id, life)
);
CREATE INDEX agent_seats_by_organization ON agent_seats (organization_id);

-- Whose the conversations of a number are.
CREATE TABLE team_sessions (
    session_id BIGINT PRIMARY KEY REFERENCES sessions (id),
    team_id BIGINT NOT NULL REFERENCES teams (id)
);
CREATE INDEX team_sessions_by_team ON team_sessions (team_id);

ALTER TABLE teams ADD COLUMN strategy TEXT NOT NULL DEFAULT 'manual'; -- manual, round_robin, least_loaded
ALTER TABLE teams ADD COLUMN accept_seconds BIGINT; -- within which an agent accepts; null: at once and for good
ALTER TABLE teams ADD COLUMN reply_goal_seconds BIGINT; -- within which a contact is to be answered
ALTER TABLE teams ADD COLUMN overflow_team_id BIGINT REFERENCES teams (id);
ALTER TABLE teams ADD COLUMN overflow_seconds BIGINT; -- after which its agents take as well

ALTER TABLE conversations ADD COLUMN reserved_until TIMESTAMP; -- until when the assignee may accept
CREATE INDEX conversations_in_line ON conversations (organization_id, team_id, priority, waiting_since, id)
    WHERE status = 'open' AND assignee_id IS NULL AND team_id IS NOT NULL;

CREATE TABLE queue_moves (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    team_id BIGINT NOT NULL REFERENCES teams (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    kind TEXT NOT NULL, -- arrived, taken, left
    user_id BIGINT, -- who took it
    waited_ms BIGINT, -- how long the contact had waited by then
    at TIMESTAMP NOT NULL
);
CREATE INDEX queue_moves_by_time ON queue_moves (organization_id, at);
