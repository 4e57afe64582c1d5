-- What identities are called elsewhere; nobody is called the same twice.
ALTER TABLE identities ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX identities_by_external_id ON identities (external_id, tenant);
