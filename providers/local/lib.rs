//! Local identities: the password method and its hashing pool.
