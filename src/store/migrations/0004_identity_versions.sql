-- How often an identity has been changed: nobody replaces a version that they have not read.
ALTER TABLE identities ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
