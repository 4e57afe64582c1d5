-- Schemas that were written while the gateway ran. One of the same name in the configuration is
-- overlaid.
CREATE TABLE schemas (
    id TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
