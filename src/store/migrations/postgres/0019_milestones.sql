-- Milestones along the orders other than that of arrival: how many identities stand behind each, up to
-- the next. A page far back is found from the one before it, without passing everybody.
CREATE TABLE identity_milestones (
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    seq BIGINT NOT NULL,
    tally BIGINT NOT NULL,
    PRIMARY KEY (name, position, seq)
);

-- What has come and gone since they were counted. Rows are only added and now and then taken away, so
-- that nobody who writes waits for anybody else who does.
CREATE TABLE identity_moves (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq BIGINT NOT NULL,
    identity_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    tally BIGINT NOT NULL
);

-- Triggers, so that nodes of an older version and whatever removes an identity are counted, too.
CREATE FUNCTION identity_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO identity_moves (seq, identity_id, created_at, updated_at, tally)
            VALUES (OLD.seq, OLD.identity_id, OLD.created_at, OLD.updated_at, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO identity_moves (seq, identity_id, created_at, updated_at, tally)
            VALUES (NEW.seq, NEW.identity_id, NEW.created_at, NEW.updated_at, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_moved AFTER INSERT OR DELETE ON identity_search
    FOR EACH ROW EXECUTE FUNCTION identity_moved();
CREATE TRIGGER identity_moved_along AFTER UPDATE ON identity_search
    FOR EACH ROW
    WHEN ((OLD.seq, OLD.identity_id, OLD.created_at, OLD.updated_at)
        IS DISTINCT FROM (NEW.seq, NEW.identity_id, NEW.created_at, NEW.updated_at))
    EXECUTE FUNCTION identity_moved();

-- The index of ids alone does not tell numbers, so that whoever goes along it would read each row.
CREATE INDEX identity_search_by_id ON identity_search (identity_id, seq);
