-- Few conversations have another priority than normal: a list of those would look through all of them.
CREATE INDEX conversations_by_priority ON conversations (organization_id, priority, updated_at, id) WHERE priority <> 1;

-- What is new is looked through by each search once for each slice: half a megabyte of it cost a word that nobody said half a
-- second with five million messages, an eighth of that costs next to nothing.
ALTER INDEX message_search_by_words SET (gin_pending_list_limit = 64);
