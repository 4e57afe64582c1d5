//! GitHub, and other OAuth 2.0 providers without OpenID Connect: code flow with state and PKCE,
//! and a document that says who the access token belongs to.

mod config;
mod document;
mod endpoints;
mod exchange;
mod plain;
mod plain_config;
mod revocation;

pub use crate::{
    config::Config,
    endpoints::Endpoints,
    plain::{GitHub, PlainOAuth},
    plain_config::PlainConfig,
};

#[cfg(test)]
mod tests;
