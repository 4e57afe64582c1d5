//! Login, registration and logout flows with their pages, in the wire dialect.
//!
//! [`SelfService`] installs one router below the gateway's prefix. Each flow has a folder with a
//! file per step; what all of them share is in the files beside this one.

mod config;
mod csrf;
mod desk;
mod errors;
mod expired;
mod fetch;
mod flow_json;
mod form;
mod identity_json;
mod init;
mod login;
mod logout;
mod oidc;
mod own_page;
mod plugin;
mod registration;
mod return_to;
mod router;
mod same_origin;
mod schemas;
mod session_json;
mod sessions;
mod sign_in;
mod sign_in_loop;
mod start;
mod submission;
mod throttle;
mod welcome;

#[cfg(test)]
mod tests;

pub use config::{Config, ErrorConfig, Limits, LoginConfig, Rate, RegistrationConfig};
pub use plugin::SelfService;
