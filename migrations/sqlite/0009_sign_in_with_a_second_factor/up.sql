-- Where somebody is signed in, a second proof besides the password, and what follows people from device to device.

ALTER TABLE logins ADD COLUMN last_used_at TIMESTAMP; -- null: not since it began
ALTER TABLE logins ADD COLUMN address TEXT; -- from where it was used last
ALTER TABLE logins ADD COLUMN client TEXT; -- the program that used it last, as it calls itself

ALTER TABLE users ADD COLUMN second_factor BLOB; -- the secret of the codes, sealed
ALTER TABLE users ADD COLUMN second_factor_since TIMESTAMP; -- null: the secret is not confirmed yet, codes are not asked for
ALTER TABLE users ADD COLUMN second_factor_step BIGINT; -- of the last code that was accepted: none of it or before is again
ALTER TABLE users ADD COLUMN language TEXT; -- of the pages: a language tag, or `system` for the browser's; null: never chosen
ALTER TABLE users ADD COLUMN notifications TEXT; -- JSON; null: never changed

CREATE TABLE recovery_codes (
    hash BLOB PRIMARY KEY, -- SHA-256
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    used_at TIMESTAMP
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- Log-ins whose password was right and whose code is awaited.
CREATE TABLE login_challenges (
    hash BLOB PRIMARY KEY, -- SHA-256
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    address TEXT NOT NULL, -- whoever showed the password
    tries BIGINT NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX login_challenges_by_user ON login_challenges (user_id);
