ALTER TABLE invitations DROP COLUMN mail;
