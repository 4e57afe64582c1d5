-- Whom a mail is written about, so that none outlives them.
ALTER TABLE mails ADD COLUMN identity_id TEXT;
CREATE INDEX mails_by_identity ON mails (identity_id);
