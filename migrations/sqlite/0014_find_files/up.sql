-- Files of a conversation, for its gallery: only messages that have some pay for it.

CREATE INDEX messages_with_files ON messages (conversation_id, id) WHERE has_media;
