-- How what was attempted ended, and from which address: the database takes both out of the entry, so that
-- those of an older version are found, too.
ALTER TABLE audit ADD COLUMN outcome TEXT GENERATED ALWAYS AS (
    CASE WHEN json_valid(record) THEN json_extract(record, '$.outcome') END
) VIRTUAL;
ALTER TABLE audit ADD COLUMN client TEXT GENERATED ALWAYS AS (
    CASE WHEN json_valid(record) THEN json_extract(record, '$.client') END
) VIRTUAL;
CREATE INDEX audit_by_outcome ON audit (outcome, created_at, id);
CREATE INDEX audit_by_client ON audit (client, created_at, id);
-- Refusals are few among what is done.
CREATE INDEX audit_by_refusal ON audit (created_at, id) WHERE outcome <> 'done';
