//! `openapi`: the descriptions of what the plugins answer, without a configuration or a running gateway.

use clap::ValueEnum;
use portcullis_core::cookie::Cookies;
use serde_json::Value;

use super::{Failure, Output};
use crate::config::Config;

/// A plugin that is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    /// The admin API.
    Admin,
    /// Sign-in, settings, sessions and their pages.
    SelfService,
}

/// Prints the description of a plugin. It is JSON for people, too.
pub(super) fn run(plugin: Described) -> Result<(), Failure> {
    let description = match plugin {
        Described::Admin => portcullis_admin::description(),
        Described::SelfService => self_service(),
    };
    Output::Json.print(&description)
}

/// As it is where nothing is configured; cookies are called after the gateway's address.
fn self_service() -> Value {
    let config = Config::default();
    let domain = config.session.cookie_domain;
    let cookies = Cookies::new(&config.public_url, domain);
    portcullis_self_service::description(&config.prefix, &cookies)
}
