-- Which words stand in which message (docs/adr/0011). Nothing of it is written with a message: a follower reads the events
-- and fills it a moment later, so that it can be thrown away and made anew at any time.

-- `words`: without case and accents, each once, and marks (_o organization, _c conversation …), with spaces between. A row's
-- number is its message's.
CREATE VIRTUAL TABLE message_search USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '_'"
);

-- Up to which event an organization's messages are indexed.
CREATE TABLE search_cursors (
    organization_id BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);

-- Messages that no event tells of: those of before this table, and histories that were imported. They are gone
-- through from the newest to the oldest.
CREATE TABLE search_walks (
    id BIGINT PRIMARY KEY,
    conversation_id BIGINT, -- null: all of them
    before BIGINT NOT NULL -- the last id that was looked at
);

INSERT INTO search_cursors SELECT id, last_seq FROM organizations;
INSERT INTO search_walks VALUES (0, NULL, 9223372036854775807);
