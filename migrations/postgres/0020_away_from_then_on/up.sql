-- Saving hours tells nobody that the team is closed who wrote before.

ALTER TABLE teams ADD COLUMN away_since TIMESTAMP; -- when the hours or the away message were last changed; null: long ago
