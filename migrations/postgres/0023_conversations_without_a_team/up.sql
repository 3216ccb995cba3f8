-- Whether few have no team, so that they are looked up instead of looked for in all of the list. Their last activity is not in it: it is
-- written when the team changes only.
CREATE INDEX conversations_without_team ON conversations (organization_id, id) WHERE team_id IS NULL;
