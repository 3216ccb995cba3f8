-- Who takes part in a conversation, what each person has seen of it, and the messages they keep at hand.

ALTER TABLE conversations ADD COLUMN participants TEXT; -- JSON: numbers of users; null: none

-- By which conversations are found; what a conversation shows lies in its row as well.
CREATE TABLE participants (
    user_id BIGINT NOT NULL REFERENCES users (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    PRIMARY KEY (user_id, conversation_id)
);
CREATE INDEX participants_by_conversation ON participants (conversation_id);

CREATE TABLE seen (
    user_id BIGINT NOT NULL REFERENCES users (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    message_id BIGINT NOT NULL, -- the last one that was there to be seen; 0: none
    unread BOOLEAN NOT NULL, -- marked as unread by hand
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);
CREATE INDEX seen_to_sweep ON seen (updated_at);

CREATE TABLE stars (
    user_id BIGINT NOT NULL REFERENCES users (id),
    message_id BIGINT NOT NULL, -- it may be kept no longer
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, message_id)
);
CREATE INDEX stars_by_time ON stars (user_id, created_at);
