DROP TABLE search_walks;
DROP TABLE search_cursors;
DROP TABLE search_slices;
DROP TABLE message_search;
