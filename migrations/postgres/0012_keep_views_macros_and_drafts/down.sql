DROP TABLE drafts;
DROP TABLE macros;
DROP TABLE views;
