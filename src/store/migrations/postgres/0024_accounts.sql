-- How the accounts are called that identities are linked to, `<provider>:<subject>`, so that somebody is
-- found by theirs: the database makes it of the link's identifier, a list of provider, issuer and
-- subject as JSON. A subject with a NUL is nobody's name.
ALTER TABLE credentials ADD COLUMN account TEXT GENERATED ALWAYS AS (
    CASE
        WHEN kind = 'oidc' AND substr(identifier, 1, 2) = '["' AND position('\u0000' IN identifier) = 0
            AND substr(identifier, 1, 12) <> '["prepared",'
        THEN (identifier::jsonb ->> 0) || ':' || (identifier::jsonb ->> 2)
    END
) STORED;
CREATE INDEX credentials_by_account ON credentials (account);
