-- Whether the mail server took an invitation.

ALTER TABLE invitations ADD COLUMN mail TEXT; -- sent, failed; null: handed over by a person
