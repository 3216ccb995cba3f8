ALTER TABLE teams DROP COLUMN promised_at;
