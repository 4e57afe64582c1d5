-- One set of migrations serves SQLite and PostgreSQL: every column is TEXT or BIGINT.
-- Times are nanoseconds since 1970 in UTC, ids are UUIDs as text, structured values are JSON.

CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    schema_id TEXT NOT NULL,
    state TEXT NOT NULL,
    state_changed_at BIGINT NOT NULL,
    traits TEXT NOT NULL,
    metadata_public TEXT,
    metadata_admin TEXT,
    roles TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    addresses TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Finds identities by what they sign in with, and keeps it unique.
CREATE TABLE identity_identifiers (
    tenant TEXT NOT NULL,
    identifier TEXT NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant, identifier)
);
CREATE INDEX identity_identifiers_by_identity ON identity_identifiers (identity_id);
CREATE INDEX identity_identifiers_by_identifier ON identity_identifiers (identifier);

-- Finds identities by address; several may hold the same one.
CREATE TABLE identity_addresses (
    id TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE
);
CREATE INDEX identity_addresses_by_identity ON identity_addresses (identity_id);
CREATE INDEX identity_addresses_by_address ON identity_addresses (address);

CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    identifier TEXT,
    config TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (kind, identifier)
);
CREATE INDEX credentials_by_identity ON credentials (identity_id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    identity_id TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    methods TEXT NOT NULL,
    device TEXT NOT NULL
);
CREATE INDEX sessions_by_identity ON sessions (identity_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE flows (
    id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX flows_by_end ON flows (expires_at);

-- What may happen only once.
CREATE TABLE claims (
    key_hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX claims_by_end ON claims (expires_at);

CREATE TABLE counters (
    key_hash TEXT NOT NULL PRIMARY KEY,
    tally BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX counters_by_end ON counters (expires_at);

-- Keys the gateway made for itself.
CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    material TEXT NOT NULL
);
