-- What a contact is searched by, in one column, so that one index finds any piece of it. Where the extension is not
-- there (or may not be made), searching works without the index, and slowly.
ALTER TABLE contacts ADD COLUMN search TEXT GENERATED ALWAYS AS (
    lower(coalesce(name, '') || ' ' || coalesce(profile_name, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(username, ''))
) STORED;

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX contacts_by_search ON contacts USING gin (search gin_trgm_ops);
EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
        RAISE WARNING 'pg_trgm is not available: searching contacts will be slow';
END
$$;
