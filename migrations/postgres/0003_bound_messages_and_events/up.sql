-- messages and events are about to be cut by time (0004). What is there becomes their first partition as it lies,
-- without being copied. PostgreSQL has to know that none of it is beyond that partition's end: a check, added here
-- without looking at any row, and proven by the next migration while everybody goes on reading and writing. The end
-- is some days away, because nodes of the old version write on until then. Tables without rows need none of this.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = 0;

DO $$
DECLARE
    today CONSTANT TIMESTAMP := now() AT TIME ZONE 'UTC';
    -- Ids are milliseconds since 2024-01-01, and 22 bits.
    epoch CONSTANT BIGINT := 1704067200000;
    last_id BIGINT;
    last_at TIMESTAMP;
    ends TIMESTAMP;
BEGIN
    SELECT max(id) INTO last_id FROM messages;
    IF last_id IS NOT NULL THEN
        last_at := to_timestamp(((last_id >> 22) + epoch) / 1000.0) AT TIME ZONE 'UTC';
        ends := date_trunc('quarter', greatest(today, last_at) + INTERVAL '3 days') + INTERVAL '3 months';
        EXECUTE format('ALTER TABLE messages ADD CONSTRAINT messages_end CHECK (id < %s) NOT VALID',
            ((extract(epoch FROM ends) * 1000)::BIGINT - epoch) << 22);
    END IF;
    SELECT max(at) INTO last_at FROM events;
    IF last_at IS NOT NULL THEN
        ends := date_trunc('day', greatest(today, last_at)) + INTERVAL '4 days';
        EXECUTE format('ALTER TABLE events ADD CONSTRAINT events_end CHECK (at < %L) NOT VALID', ends);
    END IF;
END
$$;

-- Whether a file is shared is asked before it is removed with its message.
CREATE INDEX media_by_object ON media (object_key) WHERE object_key IS NOT NULL;
