ALTER TABLE contacts DROP COLUMN search;
