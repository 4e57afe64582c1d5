-- The ids of identities that are gone. Nobody gets one of them again: logs name them, and applications
-- have kept things by them.
CREATE TABLE past_identities (
    id TEXT NOT NULL PRIMARY KEY
);
INSERT INTO past_identities (id)
    SELECT DISTINCT object_id FROM audit WHERE verb = 'identity.delete' AND object_id IS NOT NULL;
