-- Hours of teams, what they promise their contacts, and which promises were not kept.

ALTER TABLE teams ADD COLUMN sla TEXT; -- JSON: within which time it answers and solves; null: no promise
ALTER TABLE teams ADD COLUMN hours TEXT; -- JSON: when it is at work; null: around the clock
ALTER TABLE teams ADD COLUMN away_message TEXT; -- what a contact is told while it is closed

-- The old column stays for nodes of the version before, and is not read any more.
UPDATE teams SET sla = json_object('reply_seconds', reply_goal_seconds)
    WHERE reply_goal_seconds IS NOT NULL;

ALTER TABLE conversations ADD COLUMN opened_at TIMESTAMP; -- null: when it was made
ALTER TABLE conversations ADD COLUMN first_reply_at TIMESTAMP; -- since it was opened
ALTER TABLE conversations ADD COLUMN sla TEXT; -- JSON: promises that are nearly due or late; they hold while their beginnings do

CREATE TABLE sla_breaches (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    team_id BIGINT REFERENCES teams (id), -- whose promise it was
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    user_id BIGINT, -- who had it
    goal TEXT NOT NULL, -- first_reply, reply, resolution
    due_at TIMESTAMP NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX sla_breaches_by_time ON sla_breaches (organization_id, at);
