-- What people arrange for themselves: lists with their filters, steps that are done together, and what they began to write.

CREATE TABLE views (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    owner_id BIGINT NOT NULL, -- whose it is; 0: everybody's
    name TEXT NOT NULL,
    key TEXT NOT NULL, -- the name in small letters
    filters TEXT NOT NULL, -- JSON
    position BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX views_by_name ON views (organization_id, owner_id, key);

CREATE TABLE macros (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    owner_id BIGINT NOT NULL, -- whose it is; 0: everybody's
    name TEXT NOT NULL,
    key TEXT NOT NULL, -- the name in small letters
    actions TEXT NOT NULL, -- JSON
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX macros_by_name ON macros (organization_id, owner_id, key);

CREATE TABLE drafts (
    user_id BIGINT NOT NULL REFERENCES users (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    text TEXT NOT NULL,
    note_text TEXT NOT NULL,
    mentions TEXT NOT NULL, -- JSON, the numbers of users
    is_note BOOLEAN NOT NULL,
    reply_to BIGINT, -- a message
    is_empty BOOLEAN NOT NULL, -- nothing is left of it but its revision
    revision BIGINT NOT NULL, -- rises by one per write
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);
CREATE INDEX drafts_by_time ON drafts (user_id, updated_at);
CREATE INDEX drafts_to_sweep ON drafts (updated_at);
