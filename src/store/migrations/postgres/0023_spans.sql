-- Between which moments those of each block of arrivals were created, so that whoever asks for a time
-- passes the other blocks. Rows are only added and now and then summed up: one row for each block would
-- have everybody new wait in line. Each is as wide as all before it and an hour more, so that few are.
CREATE TABLE identity_spans (
    block BIGINT NOT NULL,
    earliest BIGINT NOT NULL,
    latest BIGINT NOT NULL
);
CREATE INDEX identity_spans_by_block ON identity_spans (block);
INSERT INTO identity_spans (block, earliest, latest)
    SELECT seq / 4096, MIN(created_at), MAX(created_at) FROM identity_search GROUP BY seq / 4096;

-- A trigger, so that nodes of an older version are heard of, too. Nobody is within fewer moments than
-- they were, which whoever has gone does not change.
CREATE FUNCTION identity_spanned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM identity_spans WHERE block = NEW.seq / 4096
        AND earliest <= NEW.created_at AND latest >= NEW.created_at) THEN
        INSERT INTO identity_spans (block, earliest, latest)
            SELECT NEW.seq / 4096,
                LEAST(MIN(earliest), GREATEST(NEW.created_at, -9223368436854775807) - 3600000000000),
                GREATEST(MAX(latest), LEAST(NEW.created_at, 9223368436854775807) + 3600000000000)
            FROM identity_spans WHERE block = NEW.seq / 4096;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_spanned AFTER INSERT ON identity_search
    FOR EACH ROW EXECUTE FUNCTION identity_spanned();
CREATE TRIGGER identity_spanned_anew AFTER UPDATE OF created_at ON identity_search
    FOR EACH ROW WHEN (OLD.created_at <> NEW.created_at) EXECUTE FUNCTION identity_spanned();
