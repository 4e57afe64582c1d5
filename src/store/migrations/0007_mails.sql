-- Mail that is to be sent. It is sealed, for it may hold a code or a link.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL,
    tally BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mails_by_turn ON mails (due_at);
