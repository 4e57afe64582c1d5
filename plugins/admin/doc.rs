//! What is said of an endpoint beside its row in the table: what may be sent to it, and what it answers.
//! OpenAPI is made of it; nothing here decides anything.

pub(crate) mod access;
pub(crate) mod beside;
pub(crate) mod people;
pub(crate) mod providers;
pub(crate) mod sessions;
pub(crate) mod shape;
pub(crate) mod upkeep;

pub(crate) use portcullis_kit::doc::{Doc, schema};

/// What is shown to endpoints that need a permission.
pub(crate) const TOKENS: [&str; 2] = ["bearer", "session_token"];
