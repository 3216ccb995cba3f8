ALTER TABLE teams DROP COLUMN skill_seconds;
ALTER TABLE agents DROP COLUMN skills;
