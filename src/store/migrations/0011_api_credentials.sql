-- What programs prove themselves with to the admin API, and the access tokens they get for it.
CREATE TABLE api_credentials (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    version BIGINT NOT NULL,
    record TEXT NOT NULL
);
CREATE TABLE api_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    credential_id TEXT NOT NULL REFERENCES api_credentials (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX api_tokens_by_credential ON api_tokens (credential_id);
CREATE INDEX api_tokens_by_end ON api_tokens (expires_at);
