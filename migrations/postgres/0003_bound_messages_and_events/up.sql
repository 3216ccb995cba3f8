-- messages and events are about to be cut by time (0004). What is there becomes their first partition as it lies,
-- without being copied. PostgreSQL has to know that none of it is beyond that partition's end: a check, added here
-- without looking at any row, and proven by the next migration while everybody goes on reading and writing. The end
-- is some days away, because nodes of the old version write on until then. Tables without rows need none of this.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = 0;

-- First what takes long and lets others go on: events have no index by time, so all of them are read; and the index, by
-- which is asked whether a file is shared before it is removed with its message (new files wait while it is made).
-- The locks on the tables come last, and are held for some milliseconds.
DO $$
DECLARE
    today CONSTANT TIMESTAMP := now() AT TIME ZONE 'UTC';
    -- Ids are milliseconds since 2024-01-01, and 22 bits.
    epoch CONSTANT BIGINT := 1704067200000;
    last_id BIGINT;
    last_message TIMESTAMP;
    last_event TIMESTAMP;
    ends TIMESTAMP;
BEGIN
    SELECT max(at) INTO last_event FROM events;
    SELECT max(id) INTO last_id FROM messages;
    CREATE INDEX media_by_object ON media (object_key) WHERE object_key IS NOT NULL;
    IF last_id IS NOT NULL THEN
        last_message := to_timestamp(((last_id >> 22) + epoch) / 1000.0) AT TIME ZONE 'UTC';
        ends := date_trunc('quarter', greatest(today, last_message) + INTERVAL '3 days') + INTERVAL '3 months';
        EXECUTE format('ALTER TABLE messages ADD CONSTRAINT messages_end CHECK (id < %s) NOT VALID',
            ((extract(epoch FROM ends) * 1000)::BIGINT - epoch) << 22);
    END IF;
    IF last_event IS NOT NULL THEN
        ends := date_trunc('day', greatest(today, last_event)) + INTERVAL '4 days';
        EXECUTE format('ALTER TABLE events ADD CONSTRAINT events_end CHECK (at < %L) NOT VALID', ends);
    END IF;
END
$$;
