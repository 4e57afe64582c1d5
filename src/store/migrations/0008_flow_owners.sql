-- Whose flow it is, so that none outlives its identity.
ALTER TABLE flows ADD COLUMN identity_id TEXT;
CREATE INDEX flows_by_identity ON flows (identity_id);
