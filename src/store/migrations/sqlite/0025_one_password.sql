-- Nobody has two passwords: of two that were stored at once both let in, and only one was replaced later.
-- Of those there are the one chosen last stays.
DELETE FROM credentials WHERE kind = 'password' AND EXISTS (
    SELECT 1 FROM credentials AS newer
    WHERE newer.identity_id = credentials.identity_id AND newer.kind = 'password'
        AND (newer.updated_at > credentials.updated_at
            OR (newer.updated_at = credentials.updated_at AND newer.id > credentials.id))
);
CREATE UNIQUE INDEX credentials_one_password ON credentials (identity_id) WHERE kind = 'password';
