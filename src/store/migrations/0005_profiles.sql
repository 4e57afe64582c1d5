-- What somebody still has to do, the terms they accepted, and attributes that no schema describes.
ALTER TABLE identities ADD COLUMN required_actions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE identities ADD COLUMN accepted_terms TEXT NOT NULL DEFAULT '[]';
ALTER TABLE identities ADD COLUMN unmanaged TEXT NOT NULL DEFAULT '{}';
