-- SQLite knows no partitions: nothing changes.
SELECT 1;
