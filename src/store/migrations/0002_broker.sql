-- Which traits came from a provider.
ALTER TABLE identities ADD COLUMN provenance TEXT NOT NULL DEFAULT '{}';

-- Tokens of links, sealed. Whoever refreshes them holds the lease meanwhile.
CREATE TABLE upstream_tokens (
    link_id TEXT NOT NULL PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT,
    ended BIGINT NOT NULL,
    lease_holder TEXT,
    lease_until BIGINT
);

-- Where sessions came from, for the day they end there.
CREATE TABLE upstream_sessions (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    sid TEXT,
    id_token TEXT NOT NULL
);
CREATE INDEX upstream_sessions_by_subject ON upstream_sessions (provider, issuer, subject);
CREATE INDEX upstream_sessions_by_sid ON upstream_sessions (provider, issuer, sid);
