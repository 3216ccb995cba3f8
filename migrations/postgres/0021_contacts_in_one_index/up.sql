-- PostgreSQL has an index of pieces (0002).
SELECT 1;
