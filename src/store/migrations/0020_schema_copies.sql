-- What schemas that stand in other places than the configuration said when they were last taken over:
-- it counts while they cannot be read, or say what people do not fit.
CREATE TABLE schema_copies (
    id TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
