ALTER INDEX message_search_by_words SET (gin_pending_list_limit = 512);
DROP INDEX conversations_by_priority;
