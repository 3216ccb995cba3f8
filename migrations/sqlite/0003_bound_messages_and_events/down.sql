DROP INDEX media_by_object;
