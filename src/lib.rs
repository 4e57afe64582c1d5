//! Portcullis: a pluggable identity-broker gateway.
//!
//! The modules follow a request: `listener`, `route`, `authenticate`, `authorize`, `enrich`,
//! `upstream`; `pipeline` is the straight line through them and `proxy` the only adapter to the
//! proxy framework.

// Both panic where nobody reads what they print; commands have `cli::output` for it.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod afterwards;
pub mod answer;
mod aside;
pub mod authenticate;
mod authorize;
mod builtin;
pub mod captcha;
pub mod cli;
pub mod config;
pub mod documents;
pub mod echo;
pub mod enrich;
pub mod entropy;
pub mod gateway;
pub mod health;
pub mod listener;
pub mod mail;
mod migration;
pub mod observe;
mod outbound;
pub mod pipeline;
mod profile_fetch;
mod providers;
pub mod proxy;
pub mod route;
mod schemas;
pub mod store;
mod told;
pub mod upstream;
pub mod vault;
mod well_known;
