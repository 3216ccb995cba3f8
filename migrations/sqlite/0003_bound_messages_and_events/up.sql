-- SQLite knows no partitions: its rows are deleted in pages. Whether a file is shared is asked before it is removed
-- with its message.
CREATE INDEX media_by_object ON media (object_key) WHERE object_key IS NOT NULL;
