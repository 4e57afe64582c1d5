//! The admin API: everything that administrators do, on the admin listener.
//!
//! [`Admin`] installs one router. `endpoints.rs` is the table of who may do what; `access/` finds out
//! who asks; `api/` translates JSON, `console/` makes pages for browsers; what is done is done in `people/` and its neighbours,
//! whoever asks.

mod access;
mod administrators;
mod api;
mod audit;
mod caller;
mod config;
mod console;
mod courier;
pub mod credential;
mod desk;
mod doc;
mod endpoints;
mod levels;
mod need;
mod oauth2;
mod openapi;
mod people;
mod plugin;
mod profile;
mod programs;
mod providers;
mod role;
mod router;
mod schemas;
mod tally;
mod throttles;

#[cfg(test)]
mod tests;

pub use access::named::Named;
pub use config::{Auth, Config, Listener};
pub use endpoints::Endpoint;
pub use need::Need;
pub use plugin::Admin;
pub use role::{Permission, Role, Roles, UnknownRole};
pub use router::{description, endpoints};
