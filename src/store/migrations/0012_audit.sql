-- Who did what. Rows are added and read, and nothing else.
CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    object_kind TEXT,
    object_id TEXT,
    record TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (created_at, id);
CREATE INDEX audit_by_actor ON audit (actor, created_at);
CREATE INDEX audit_by_verb ON audit (verb, created_at);
CREATE INDEX audit_by_object ON audit (object_id, created_at);
