-- Ids are time-ordered bigints. JSON is kept as text: exact, and never searched inside. Times are UTC.

CREATE TABLE installation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    -- Part of every cursor; changed when a database is restored from a backup.
    epoch BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Gives each running process the number that its ids carry.
CREATE TABLE nodes (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    seen_at TIMESTAMP NOT NULL
);

CREATE TABLE organizations (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    last_seq BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL UNIQUE, -- lower case
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX users_by_organization ON users (organization_id, id);

-- One log-in: the family of its refresh tokens.
CREATE TABLE logins (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE refresh_tokens (
    hash BLOB PRIMARY KEY, -- SHA-256
    login_id BIGINT NOT NULL REFERENCES logins (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    used_by TEXT -- who used it: address and program, hashed
);
CREATE INDEX refresh_tokens_by_login ON refresh_tokens (login_id);

CREATE TABLE password_resets (
    hash BLOB PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);

CREATE TABLE invitations (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    invited_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    accepted_at TIMESTAMP
);

CREATE TABLE api_keys (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    last_used_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE INDEX api_keys_by_organization ON api_keys (organization_id, id);

CREATE TABLE audit_log (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL, -- user, api_key, system
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL, -- for example conversation.closed
    subject TEXT NOT NULL, -- the id of what was changed
    details TEXT NOT NULL -- JSON, without secrets
);
CREATE INDEX audit_log_by_organization ON audit_log (organization_id, id);

-- Failed log-ins per account and per address.
CREATE TABLE throttles (
    key TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    since TIMESTAMP NOT NULL
);

CREATE TABLE sessions (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    provider TEXT NOT NULL, -- cloud_api
    phone_number_id TEXT NOT NULL,
    business_account_id TEXT NOT NULL,
    display_phone_number TEXT,
    verified_name TEXT,
    status TEXT NOT NULL, -- active, disabled
    health_state TEXT NOT NULL,
    health_reason TEXT,
    quality TEXT,
    rate BIGINT NOT NULL DEFAULT 80, -- messages per second
    last_webhook_at TIMESTAMP,
    checked_at TIMESTAMP,
    access_token BLOB NOT NULL, -- sealed: organization and session as associated data
    app_secret BLOB NOT NULL, -- sealed
    verify_token BLOB NOT NULL, -- sealed
    hidden_at TIMESTAMP, -- deleted by an admin; history stays
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_organization ON sessions (organization_id, id);
CREATE UNIQUE INDEX sessions_by_number ON sessions (organization_id, phone_number_id) WHERE hidden_at IS NULL;

CREATE TABLE templates (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    provider_template_id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    quality TEXT,
    parameter_format TEXT NOT NULL, -- POSITIONAL, NAMED
    components TEXT NOT NULL, -- JSON, the provider's own
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX templates_by_name ON templates (organization_id, session_id, name, language);

CREATE TABLE contacts (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    name TEXT, -- given by an agent
    profile_name TEXT, -- given by the contact
    phone TEXT,
    user_id TEXT,
    username TEXT,
    opted_out_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX contacts_by_organization ON contacts (organization_id, id);

CREATE TABLE contact_identities (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    lookup_key TEXT NOT NULL, -- kind:value with national phone variants folded
    kind TEXT NOT NULL, -- phone, user_id, lid
    value TEXT NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES contacts (id),
    PRIMARY KEY (organization_id, lookup_key)
) WITHOUT ROWID;
CREATE INDEX contact_identities_by_contact ON contact_identities (contact_id);

CREATE TABLE conversations (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    seq BIGINT NOT NULL, -- of the last event that changed the row: its version
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    contact_id BIGINT NOT NULL REFERENCES contacts (id),
    contact_key TEXT NOT NULL, -- by which its actor is found
    status TEXT NOT NULL, -- open, pending, closed
    assignee_id BIGINT REFERENCES users (id),
    unread BIGINT NOT NULL,
    last_message_id BIGINT,
    last_inbound_provider_id TEXT,
    window_expires_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL -- last activity
);
CREATE UNIQUE INDEX conversations_by_contact ON conversations (session_id, contact_id);
CREATE INDEX conversations_of_contact ON conversations (contact_id);
CREATE INDEX conversations_by_activity ON conversations (organization_id, updated_at, id);
CREATE INDEX conversations_by_status ON conversations (organization_id, status, updated_at, id);
CREATE INDEX conversations_by_assignee ON conversations (organization_id, assignee_id, status, updated_at, id);

CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    seq BIGINT NOT NULL, -- of the last event that changed the row
    conversation_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    direction TEXT NOT NULL, -- inbound, outbound, note
    kind TEXT NOT NULL, -- the provider's type
    text TEXT,
    content TEXT NOT NULL, -- JSON
    context TEXT, -- JSON
    reply_to TEXT, -- provider id of the quoted message
    provider_id TEXT,
    attempt_id BIGINT, -- the POST that is on the way or was made
    status TEXT NOT NULL,
    error TEXT, -- JSON
    author TEXT, -- JSON
    client_key TEXT,
    reactions TEXT, -- JSON, null when there are none
    has_media BOOLEAN NOT NULL,
    placeholder BOOLEAN NOT NULL, -- "unsupported": the real message may replace it
    hidden BOOLEAN NOT NULL, -- shown on its target (reactions) instead of in the thread
    edited_at TIMESTAMP,
    revoked_at TIMESTAMP,
    provider_timestamp TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX messages_by_provider_id ON messages (session_id, provider_id);
CREATE INDEX messages_by_attempt ON messages (attempt_id) WHERE attempt_id IS NOT NULL;

-- What came in already; kept 8 days, because the provider repeats for 7.
CREATE TABLE dedup_keys (
    session_id BIGINT NOT NULL,
    key TEXT NOT NULL, -- provider id, with the effect for edits of the same message
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, key)
) WITHOUT ROWID;
CREATE INDEX dedup_keys_by_age ON dedup_keys (created_at);

-- What clients asked for already; kept 24 hours.
CREATE TABLE idempotency_keys (
    organization_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL, -- SHA-256 of the request
    message_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Statuses that came before the answer to the send.
CREATE TABLE early_statuses (
    session_id BIGINT NOT NULL,
    provider_id TEXT NOT NULL,
    status TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    error TEXT, -- JSON
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, provider_id, status)
) WITHOUT ROWID;
CREATE INDEX early_statuses_by_age ON early_statuses (created_at);

CREATE TABLE media (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    message_id BIGINT,
    provider_media_id TEXT, -- inbound: where to fetch it; outbound: where the provider keeps it
    provider_uploaded_at TIMESTAMP, -- outbound: the provider keeps it 30 days
    mime_type TEXT NOT NULL,
    filename TEXT,
    size BIGINT,
    sha256 TEXT,
    state TEXT NOT NULL, -- pending, stored, failed, expired
    voice BOOLEAN NOT NULL,
    animated BOOLEAN NOT NULL,
    error TEXT,
    object_key TEXT, -- in the object store
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX media_by_message ON media (message_id);

CREATE TABLE events (
    organization_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL, -- message.received, …
    audience TEXT NOT NULL, -- everyone, admins, usr_…
    conversation_id BIGINT,
    message_id BIGINT,
    subject_id BIGINT, -- contact, session or other
    data TEXT, -- JSON, where the body can't be joined from a row
    PRIMARY KEY (organization_id, seq)
) WITHOUT ROWID;

CREATE TABLE jobs (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL, -- JSON of the task
    run_at TIMESTAMP NOT NULL, -- when it is due; a claim moves it to the end of the lease
    claimed_by BIGINT, -- node number
    tries BIGINT NOT NULL,
    last_error TEXT,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX jobs_by_time ON jobs (run_at, id);

CREATE TABLE quarantine (
    id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    session_id BIGINT REFERENCES sessions (id),
    source TEXT NOT NULL, -- webhook, job
    reason TEXT NOT NULL,
    tries BIGINT NOT NULL,
    payload BLOB NOT NULL,
    received_at TIMESTAMP NOT NULL,
    resolved_at TIMESTAMP,
    resolution TEXT -- replayed, discarded
);
CREATE INDEX quarantine_by_organization ON quarantine (organization_id, id);
