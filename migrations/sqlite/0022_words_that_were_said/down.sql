DROP TABLE search_vocabulary;
DROP TABLE search_words;
