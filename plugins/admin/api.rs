//! The API: one file for each kind of thing, each with its part of the table of endpoints.

pub(crate) mod identities;
pub(crate) mod version;
