DROP TABLE search_walks;
DROP TABLE search_cursors;
DROP TABLE message_search;
