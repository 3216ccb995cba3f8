-- Messages that wait for their time.

CREATE TABLE scheduled_messages (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    author_id BIGINT, -- the person; null: a program
    author TEXT NOT NULL, -- JSON: who left or last changed it, as commands name them
    send_at TIMESTAMP NOT NULL,
    unless_reply BOOLEAN NOT NULL, -- not needed any more when the contact writes
    message TEXT NOT NULL, -- JSON: as it was given
    draft TEXT NOT NULL, -- JSON: as it was checked
    client_key TEXT, -- the idempotency key of whoever left it
    fingerprint TEXT, -- what was asked with that key
    state TEXT NOT NULL, -- waiting, sending, sent, failed, cancelled
    reason TEXT, -- why it was not sent
    message_id BIGINT, -- what it became
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX scheduled_messages_by_conversation ON scheduled_messages (conversation_id, state, send_at, id);
CREATE INDEX scheduled_messages_by_time ON scheduled_messages (organization_id, state, send_at, id);
CREATE INDEX scheduled_messages_by_author ON scheduled_messages (author_id, state, send_at, id);
CREATE INDEX scheduled_messages_by_age ON scheduled_messages (updated_at);
CREATE UNIQUE INDEX scheduled_messages_by_key ON scheduled_messages (organization_id, client_key);
