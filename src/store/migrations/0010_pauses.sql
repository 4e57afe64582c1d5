-- Pauses: what is not taken for a while, whom that is about and from where.
CREATE TABLE pauses (
    key_hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX pauses_by_end ON pauses (expires_at);
