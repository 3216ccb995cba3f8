-- Nodes know of each other, and one at a time sends for a number. SQLite has one node, to which all of this belongs;
-- the tables are the same so that the queries are.

-- One run of a process; 0: a node that can't be asked anything.
ALTER TABLE nodes ADD COLUMN life BIGINT NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN standing TEXT NOT NULL DEFAULT 'live'; -- tool, live, leaving, dead
ALTER TABLE nodes ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE nodes ADD COLUMN started_at TIMESTAMP;

-- Which node may have effects outside of the database, as long as it lives. The epoch rises with each holder.
CREATE TABLE leases (
    kind TEXT NOT NULL, -- line: sends for a number
    key BIGINT NOT NULL,
    life BIGINT NOT NULL, -- 0: nobody
    epoch BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);

-- The number that a message is sent from; null for all other jobs.
ALTER TABLE jobs ADD COLUMN line BIGINT;
