-- Each word that the index of messages has, once. Whoever looks for the beginning of words asks here which there are, and looks
-- for those: all that begins so would be gathered by the index before it shows the newest.
CREATE TABLE search_words (word TEXT PRIMARY KEY) WITHOUT ROWID;

-- What the index has.
CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab (message_search, row);

INSERT INTO search_words SELECT term FROM search_vocabulary WHERE term NOT LIKE '\_%' ESCAPE '\';
