-- messages and events are cut by time, so that what is old goes by dropping a partition (docs/adr/0008). Each has a first
-- partition without a beginning and a last one without an end, so that every row finds a place, whatever its time; no
-- default one, because with it PostgreSQL can't read the partitions of a thread one after the other. store/partition.rs
-- makes the others.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = 0;

-- Reads all rows; everybody else reads and writes on.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'messages_end' AND conrelid = 'messages'::regclass) THEN
        ALTER TABLE messages VALIDATE CONSTRAINT messages_end;
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'events_end' AND conrelid = 'events'::regclass) THEN
        ALTER TABLE events VALIDATE CONSTRAINT events_end;
    END IF;
END
$$;

-- From here on everybody waits, for some milliseconds.
LOCK TABLE messages, events IN ACCESS EXCLUSIVE MODE;

ALTER TABLE messages RENAME TO messages_past;
ALTER INDEX messages_pkey RENAME TO messages_past_pkey;
ALTER INDEX messages_by_conversation RENAME TO messages_past_by_conversation;
ALTER INDEX messages_by_provider_id RENAME TO messages_past_by_provider_id;
ALTER INDEX messages_by_attempt RENAME TO messages_past_by_attempt;
CREATE TABLE messages (LIKE messages_past INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX messages_by_provider_id ON messages (session_id, provider_id);
CREATE INDEX messages_by_attempt ON messages (attempt_id) WHERE attempt_id IS NOT NULL;

-- The number of an event is unique in its organization because it is counted up in the organization's locked row. A
-- unique index over all partitions would have to contain the time, and could not say so; each partition has one over
-- its own rows, which is smaller and says more.
ALTER TABLE events RENAME TO events_past;
ALTER INDEX events_pkey RENAME TO events_past_pkey;
CREATE TABLE events (LIKE events_past INCLUDING DEFAULTS) PARTITION BY RANGE (at);

DO $$
DECLARE
    today CONSTANT TIMESTAMP := now() AT TIME ZONE 'UTC';
    epoch CONSTANT BIGINT := 1704067200000;
    ends TEXT;
    last_at TIMESTAMP;
BEGIN
    -- The borders are those of the checks. A table that had no rows then begins with the present quarter, or day; the few
    -- rows that came since 0003 are looked at here.
    SELECT substring(pg_get_constraintdef(oid) FROM '''([^'']+)''') INTO ends
    FROM pg_constraint WHERE conname = 'messages_end' AND conrelid = 'messages_past'::regclass;
    IF ends IS NULL THEN
        last_at := date_trunc('quarter', today);
        IF EXISTS (SELECT FROM messages_past) THEN
            last_at := date_trunc('quarter', today + INTERVAL '3 days') + INTERVAL '3 months';
        END IF;
        ends := (((extract(epoch FROM last_at) * 1000)::BIGINT - epoch) << 22)::TEXT;
    END IF;
    EXECUTE format('ALTER TABLE messages ATTACH PARTITION messages_past FOR VALUES FROM (MINVALUE) TO (%L)', ends);
    EXECUTE format('CREATE TABLE messages_rest PARTITION OF messages FOR VALUES FROM (%L) TO (MAXVALUE)', ends);

    ends := NULL;
    SELECT substring(pg_get_constraintdef(oid) FROM '''([^'']+)''') INTO ends
    FROM pg_constraint WHERE conname = 'events_end' AND conrelid = 'events_past'::regclass;
    IF ends IS NULL THEN
        last_at := date_trunc('day', today);
        IF EXISTS (SELECT FROM events_past) THEN
            last_at := last_at + INTERVAL '4 days';
        END IF;
        ends := last_at::TEXT;
    END IF;
    EXECUTE format('ALTER TABLE events ATTACH PARTITION events_past FOR VALUES FROM (MINVALUE) TO (%L)', ends);
    EXECUTE format('CREATE TABLE events_rest PARTITION OF events (PRIMARY KEY (organization_id, seq)) FOR VALUES FROM (%L) TO (MAXVALUE)', ends);
END
$$;

ALTER TABLE messages_past DROP CONSTRAINT IF EXISTS messages_end;
ALTER TABLE events_past DROP CONSTRAINT IF EXISTS events_end;
