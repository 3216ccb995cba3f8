ALTER TABLE teams DROP COLUMN away_since;
