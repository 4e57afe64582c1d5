-- How the accounts are called that identities are linked to, `<provider>:<subject>`, so that somebody is
-- found by theirs: the database makes it of the link's identifier, a list of provider, issuer and
-- subject as JSON. A subject with a NUL is nobody's name.
ALTER TABLE credentials ADD COLUMN account TEXT GENERATED ALWAYS AS (
    CASE
        WHEN kind = 'oidc' AND json_valid(identifier) AND instr(identifier, '\u0000') = 0
            AND substr(identifier, 1, 12) <> '["prepared",'
        THEN json_extract(identifier, '$[0]') || ':' || json_extract(identifier, '$[2]')
    END
) VIRTUAL;
CREATE INDEX credentials_by_account ON credentials (account);
