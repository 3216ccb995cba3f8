DROP INDEX IF EXISTS contacts_by_search;
ALTER TABLE contacts DROP COLUMN search;
