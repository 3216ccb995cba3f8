DROP TABLE stars;
DROP TABLE seen;
DROP TABLE participants;
ALTER TABLE conversations DROP COLUMN participants;
