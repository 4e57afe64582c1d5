-- How what was attempted ended, and from which address: the database takes both out of the entry, so that
-- those of an older version are found, too. A NUL in anything else of an entry is none that jsonb takes.
ALTER TABLE audit
    ADD COLUMN outcome TEXT GENERATED ALWAYS AS (
        replace(record, '\u0000', '\ufffd')::jsonb ->> 'outcome'
    ) STORED,
    ADD COLUMN client TEXT GENERATED ALWAYS AS (
        replace(record, '\u0000', '\ufffd')::jsonb ->> 'client'
    ) STORED;
CREATE INDEX audit_by_outcome ON audit (outcome, created_at, id);
CREATE INDEX audit_by_client ON audit (client, created_at, id);
-- Refusals are few among what is done.
CREATE INDEX audit_by_refusal ON audit (created_at, id) WHERE outcome <> 'done';
