-- A piece of a name or number is looked for in all of an organization's contacts: in an index that has nothing else, not in
-- their rows, of which each is a page of its own.
CREATE INDEX contacts_by_search ON contacts (organization_id, search, id);
