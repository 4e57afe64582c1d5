-- Those who have any role are few and are asked for whenever one of them leaves.
CREATE INDEX identities_with_roles ON identities (id) WHERE roles <> '[]';
