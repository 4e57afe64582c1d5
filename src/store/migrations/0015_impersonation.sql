-- Who acts in a session that is somebody else's, from which session of their own, and how.
ALTER TABLE sessions ADD COLUMN actor TEXT;
ALTER TABLE sessions ADD COLUMN actor_session TEXT;
ALTER TABLE sessions ADD COLUMN acting TEXT;
CREATE INDEX sessions_by_actor ON sessions (actor) WHERE actor IS NOT NULL;
CREATE INDEX sessions_by_actor_session ON sessions (actor_session) WHERE actor_session IS NOT NULL;
