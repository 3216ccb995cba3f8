DROP TABLE sla_breaches;
ALTER TABLE conversations DROP COLUMN sla;
ALTER TABLE conversations DROP COLUMN first_reply_at;
ALTER TABLE conversations DROP COLUMN opened_at;
ALTER TABLE teams DROP COLUMN away_message;
ALTER TABLE teams DROP COLUMN hours;
ALTER TABLE teams DROP COLUMN sla;
