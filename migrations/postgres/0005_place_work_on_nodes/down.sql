DROP INDEX jobs_by_line;
ALTER TABLE jobs DROP COLUMN line;
DROP TABLE leases;
ALTER TABLE nodes DROP COLUMN started_at;
ALTER TABLE nodes DROP COLUMN version;
ALTER TABLE nodes DROP COLUMN standing;
ALTER TABLE nodes DROP COLUMN life;
