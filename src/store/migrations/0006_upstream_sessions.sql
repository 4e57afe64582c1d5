-- A session may come from several accounts; each of them can end it. The first has position 0.
CREATE TABLE upstream_sessions_of_accounts (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    sid TEXT,
    id_token TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (session_id, provider, issuer, subject)
);
INSERT INTO upstream_sessions_of_accounts (session_id, provider, issuer, subject, sid, id_token, position)
    SELECT session_id, provider, issuer, subject, sid, id_token, 0 FROM upstream_sessions;
DROP TABLE upstream_sessions;
ALTER TABLE upstream_sessions_of_accounts RENAME TO upstream_sessions;
CREATE INDEX upstream_sessions_by_subject ON upstream_sessions (provider, issuer, subject);
CREATE INDEX upstream_sessions_by_sid ON upstream_sessions (provider, issuer, sid);
