//! Login, registration, settings and logout flows with their pages, in the wire dialect.
//!
//! [`SelfService`] installs one router below the gateway's prefix. Each flow has a folder with a
//! file per step; what all of them share is in the files beside this one. A browser leaves for a
//! provider in `departure.rs` and comes back in `arrival.rs`, whatever the flow.

mod actions;
mod addresses;
mod arrival;
mod arrived;
mod attempts;
mod attributes;
mod captcha;
mod choosing;
mod codes;
mod complaint;
mod config;
mod csrf;
mod departure;
mod desk;
mod doc;
mod endpoints;
mod errors;
mod exchange;
mod expired;
mod factors;
mod fetch;
mod flow_json;
mod form;
mod forms;
mod guard;
mod impersonation;
mod init;
mod language;
mod legacy;
mod login;
mod logout;
mod made_link;
mod marker;
mod names;
mod native;
mod navigate;
mod newcomer;
mod notices;
mod openapi;
mod own_page;
mod parked;
mod plugin;
mod profile_page;
mod provider;
mod recovery;
mod registration;
mod remembered;
mod return_to;
mod router;
mod same_origin;
mod schemas;
mod scopes;
mod sessions;
mod settings;
mod sign_in;
mod sign_in_loop;
mod start;
mod submission;
mod throttle;
mod verification;
mod welcome;

#[cfg(test)]
mod tests;

pub use portcullis_kit::Module;

pub use config::{
    Config, Devices, ErrorConfig, Limits, LoginConfig, MailedConfig, MailedProof, Rate,
    RegistrationConfig, SettingsConfig,
};
pub use guard::CaptchaGuard;
pub use plugin::SelfService;
pub use recovery::{errand::Errands, issue::Recoveries};
pub use router::description;
