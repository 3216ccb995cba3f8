DROP INDEX contacts_by_search;
