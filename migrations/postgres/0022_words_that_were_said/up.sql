-- PostgreSQL looks through slices of its index (0008), so it need not know the words.
SELECT 1;
