-- What of identities is searched, in the order of their arrival. The document is compared letter by
-- letter; marks are hashes of its parts, by which the index narrows down whose document it may be.
CREATE TABLE identity_search (
    seq INTEGER NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL UNIQUE REFERENCES identities (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX identity_search_by_creation ON identity_search (created_at, seq);
CREATE INDEX identity_search_by_change ON identity_search (updated_at, seq);
CREATE VIRTUAL TABLE identity_marks USING fts5 (marks, content='', contentless_delete=1, detail=none, tokenize='ascii');

-- How many identities have a number in each block of numbers, so that none has to be counted.
CREATE TABLE identity_tallies (
    block BIGINT NOT NULL PRIMARY KEY,
    tally BIGINT NOT NULL
);

-- With which searched traits the documents were made, and up to which identity.
CREATE TABLE search_states (
    name TEXT NOT NULL PRIMARY KEY,
    stamp TEXT NOT NULL,
    position TEXT NOT NULL
);

-- Who is here already is listed at once, and found as soon as the gateway has read their traits.
INSERT INTO identity_search (identity_id, created_at, updated_at, document)
    SELECT id, created_at, updated_at, '' FROM identities ORDER BY created_at, id;
INSERT INTO identity_tallies (block, tally)
    SELECT seq / 4096, COUNT(*) FROM identity_search GROUP BY seq / 4096;
