-- What agents can do, and how long a conversation waits for somebody who can do what it needs.

ALTER TABLE agents ADD COLUMN skills TEXT; -- JSON: numbers of tags; null: none
ALTER TABLE teams ADD COLUMN skill_seconds BIGINT; -- null: until there is such a one
