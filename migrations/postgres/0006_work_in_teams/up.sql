-- What agents work with: teams, tags, texts that are at hand, notes that call a colleague; and how a conversation
-- stands: whose team, how urgent, asleep until when, waiting since when.

CREATE TABLE teams (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    archived_at TIMESTAMP -- its conversations keep it, nobody chooses it any more
);
CREATE INDEX teams_by_organization ON teams (organization_id, id);

CREATE TABLE team_members (
    team_id BIGINT NOT NULL REFERENCES teams (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_members_by_user ON team_members (user_id);

CREATE TABLE tags (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    key TEXT NOT NULL, -- the name in small letters: no two of a kind
    color TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX tags_by_key ON tags (organization_id, key);
CREATE INDEX tags_by_organization ON tags (organization_id, id);

-- By which conversations are found; what a conversation shows lies in its row as well.
CREATE TABLE conversation_tags (
    tag_id BIGINT NOT NULL REFERENCES tags (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    PRIMARY KEY (tag_id, conversation_id)
);
CREATE INDEX conversation_tags_by_conversation ON conversation_tags (conversation_id);

CREATE TABLE canned_responses (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    owner_id BIGINT NOT NULL, -- whose it is; 0: everybody's
    shortcut TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX canned_responses_by_shortcut ON canned_responses (organization_id, shortcut, owner_id);

CREATE TABLE mentions (
    user_id BIGINT NOT NULL REFERENCES users (id),
    message_id BIGINT NOT NULL,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    seen_at TIMESTAMP,
    PRIMARY KEY (user_id, message_id)
);
CREATE INDEX mentions_unseen ON mentions (user_id, conversation_id) WHERE seen_at IS NULL;

ALTER TABLE conversations ADD COLUMN team_id BIGINT REFERENCES teams (id);
ALTER TABLE conversations ADD COLUMN tags TEXT; -- JSON, their numbers; null when there are none
ALTER TABLE conversations ADD COLUMN priority BIGINT NOT NULL DEFAULT 1; -- 0 low, 1 normal, 2 high, 3 urgent
ALTER TABLE conversations ADD COLUMN snoozed_until TIMESTAMP; -- counts while the status is snoozed
ALTER TABLE conversations ADD COLUMN waiting_since TIMESTAMP; -- the contact's first message that nobody answered
CREATE INDEX conversations_by_team ON conversations (organization_id, team_id, status, updated_at, id)
    WHERE team_id IS NOT NULL;
