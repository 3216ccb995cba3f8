DROP INDEX media_by_object;
ALTER TABLE messages DROP CONSTRAINT IF EXISTS messages_end;
ALTER TABLE events DROP CONSTRAINT IF EXISTS events_end;
