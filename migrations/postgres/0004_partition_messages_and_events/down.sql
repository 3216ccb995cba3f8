-- The rows of all partitions are copied into one table each: this takes as long as they are many.
SET LOCAL statement_timeout = 0;
LOCK TABLE messages, events IN ACCESS EXCLUSIVE MODE;

CREATE TABLE messages_whole (LIKE messages INCLUDING DEFAULTS);
INSERT INTO messages_whole SELECT * FROM messages;
DROP TABLE messages;
ALTER TABLE messages_whole RENAME TO messages;
ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY (id);
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX messages_by_provider_id ON messages (session_id, provider_id);
CREATE INDEX messages_by_attempt ON messages (attempt_id) WHERE attempt_id IS NOT NULL;

CREATE TABLE events_whole (LIKE events INCLUDING DEFAULTS);
INSERT INTO events_whole SELECT * FROM events;
DROP TABLE events;
ALTER TABLE events_whole RENAME TO events;
ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (organization_id, seq);
