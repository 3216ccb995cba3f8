-- Which words stand in which message (docs/adr/0011). Nothing of it is written with a message: a follower reads the events
-- and fills it a moment later, so that it can be thrown away and made anew at any time.

-- `words`: without case and accents, each once, and marks (_o organization, _c conversation …), with spaces between.
CREATE TABLE message_search (
    message_id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    slice BIGINT NOT NULL,
    words TEXT NOT NULL
);
-- Each word with its slice before it: what is looked for lies together, and no search sees more of another
-- organization, or of another time, than of another word. What is new is sorted in some hundred kilobytes at a time, each
-- search looks through that much.
CREATE INDEX message_search_by_words ON message_search USING gin (
    array_to_tsvector(string_to_array(slice::TEXT || '.' || replace(words, ' ', ' ' || slice::TEXT || '.'), ' '))
) WITH (fastupdate = on, gin_pending_list_limit = 512);

-- Some thousand messages of an organization that follow each other by their ids.
CREATE TABLE search_slices (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    first_id BIGINT NOT NULL, -- up to the next one's all ids belong to it
    low_id BIGINT NOT NULL, -- the smallest id that is there
    high_id BIGINT NOT NULL, -- the greatest
    messages BIGINT NOT NULL
);
CREATE UNIQUE INDEX search_slices_by_organization ON search_slices (organization_id, first_id);

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
