//! Portcullis: a pluggable identity-broker gateway.
//!
//! The modules follow a request: `listener`, `route`, `authenticate`, `authorize`, `enrich`,
//! `upstream`; `pipeline` is the straight line through them and `proxy` the only adapter to the
//! proxy framework.

mod authorize;
pub mod config;
pub mod enrich;
pub mod authenticate;
pub mod entropy;
pub mod pipeline;
pub mod route;
pub mod store;
