-- What a contact is searched by, in one column.
ALTER TABLE contacts ADD COLUMN search TEXT GENERATED ALWAYS AS (
    lower(coalesce(name, '') || ' ' || coalesce(profile_name, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(username, ''))
) VIRTUAL;
