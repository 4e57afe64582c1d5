-- Mail that is to be sent. It is sealed, for it holds an address and perhaps a code or a link. Whoever
-- takes a mail moves its due_at on by as long as they have it.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL,
    tally BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mails_by_turn ON mails (due_at);
