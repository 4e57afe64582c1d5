-- Mail that was sent or given up, without what it said; sealed, for it holds an address.
CREATE TABLE past_mails (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT,
    sealed TEXT NOT NULL,
    state TEXT NOT NULL,
    tally BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX past_mails_by_creation ON past_mails (created_at);
CREATE INDEX past_mails_by_identity ON past_mails (identity_id);
CREATE INDEX past_mails_by_end ON past_mails (expires_at);
