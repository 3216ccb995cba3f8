DROP INDEX invitations_by_maker;
DROP INDEX api_keys_by_maker;
ALTER TABLE api_keys DROP COLUMN made_by;
ALTER TABLE api_keys DROP COLUMN maker;
ALTER TABLE password_resets DROP COLUMN maker;
ALTER TABLE invitations DROP COLUMN maker;
