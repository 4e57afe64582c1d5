-- Providers that were added while the gateway ran; those of files are not here.
-- The table is that of the configuration as JSON, its secrets sealed.
CREATE TABLE providers (
    id TEXT NOT NULL PRIMARY KEY,
    config TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
