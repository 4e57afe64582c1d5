-- Milestones along the orders other than that of arrival: how many identities stand behind each, up to
-- the next. A page far back is found from the one before it, without passing everybody.
CREATE TABLE identity_milestones (
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    seq BIGINT NOT NULL,
    tally BIGINT NOT NULL,
    PRIMARY KEY (name, position, seq)
);

-- What has come and gone since they were counted.
CREATE TABLE identity_moves (
    id INTEGER NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    identity_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    tally BIGINT NOT NULL
);

-- Triggers, so that nodes of an older version and whatever removes an identity are counted, too.
CREATE TRIGGER identity_came AFTER INSERT ON identity_search BEGIN
    INSERT INTO identity_moves (seq, identity_id, created_at, updated_at, tally)
        VALUES (NEW.seq, NEW.identity_id, NEW.created_at, NEW.updated_at, 1);
END;
CREATE TRIGGER identity_went AFTER DELETE ON identity_search BEGIN
    INSERT INTO identity_moves (seq, identity_id, created_at, updated_at, tally)
        VALUES (OLD.seq, OLD.identity_id, OLD.created_at, OLD.updated_at, -1);
END;
CREATE TRIGGER identity_moved_along AFTER UPDATE ON identity_search
    WHEN (OLD.seq, OLD.identity_id, OLD.created_at, OLD.updated_at)
        IS NOT (NEW.seq, NEW.identity_id, NEW.created_at, NEW.updated_at)
BEGIN
    INSERT INTO identity_moves (seq, identity_id, created_at, updated_at, tally)
        VALUES (OLD.seq, OLD.identity_id, OLD.created_at, OLD.updated_at, -1);
    INSERT INTO identity_moves (seq, identity_id, created_at, updated_at, tally)
        VALUES (NEW.seq, NEW.identity_id, NEW.created_at, NEW.updated_at, 1);
END;
