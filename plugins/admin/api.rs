//! The API: one file for each kind of thing, each with its part of the table of endpoints.

pub(crate) mod api_credentials;
pub(crate) mod audit;
pub(crate) mod identities;
pub(crate) mod impersonation;
pub(crate) mod version;
