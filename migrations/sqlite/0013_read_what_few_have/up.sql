-- Few conversations have another priority than normal: a list of those would look through all of them.
CREATE INDEX conversations_by_priority ON conversations (organization_id, priority, updated_at, id) WHERE priority <> 1;
