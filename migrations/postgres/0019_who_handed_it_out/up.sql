-- Who made what lets others in, so that it can end with them.

ALTER TABLE invitations ADD COLUMN maker TEXT; -- usr_… or key_…; null: from before
ALTER TABLE password_resets ADD COLUMN maker TEXT;
ALTER TABLE api_keys ADD COLUMN maker TEXT;
ALTER TABLE api_keys ADD COLUMN made_by TEXT; -- their name then
CREATE INDEX api_keys_by_maker ON api_keys (organization_id, maker) WHERE revoked_at IS NULL;
CREATE INDEX invitations_by_maker ON invitations (organization_id, maker) WHERE accepted_at IS NULL;
