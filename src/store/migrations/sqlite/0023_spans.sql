-- Between which moments those of each block of arrivals were created, so that whoever asks for a time
-- passes the other blocks.
CREATE TABLE identity_spans (
    block BIGINT NOT NULL PRIMARY KEY,
    earliest BIGINT NOT NULL,
    latest BIGINT NOT NULL
);
INSERT INTO identity_spans (block, earliest, latest)
    SELECT seq / 4096, MIN(created_at), MAX(created_at) FROM identity_search GROUP BY seq / 4096;

-- Triggers, so that nodes of an older version are heard of, too. Nobody is within fewer moments than
-- they were, which whoever has gone does not change.
CREATE TRIGGER identity_spanned AFTER INSERT ON identity_search BEGIN
    INSERT INTO identity_spans (block, earliest, latest)
        VALUES (NEW.seq / 4096, NEW.created_at, NEW.created_at)
        ON CONFLICT (block) DO UPDATE SET
            earliest = MIN(earliest, excluded.earliest), latest = MAX(latest, excluded.latest);
END;
CREATE TRIGGER identity_spanned_anew AFTER UPDATE ON identity_search
    WHEN OLD.created_at IS NOT NEW.created_at
BEGIN
    INSERT INTO identity_spans (block, earliest, latest)
        VALUES (NEW.seq / 4096, NEW.created_at, NEW.created_at)
        ON CONFLICT (block) DO UPDATE SET
            earliest = MIN(earliest, excluded.earliest), latest = MAX(latest, excluded.latest);
END;
