-- Who obeys a schema, in the order of their ids: it is asked before a schema changes or goes.
CREATE INDEX identities_by_schema ON identities (schema_id, id);
