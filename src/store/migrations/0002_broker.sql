-- Which traits came from a provider.
ALTER TABLE identities ADD COLUMN provenance TEXT NOT NULL DEFAULT '{}';
