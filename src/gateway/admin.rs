//! The admin plugin as the configuration has it.

use std::sync::Arc;

use portcullis_admin as plugin;

use super::{BuildError, Foundation, security_headers::security_headers};
use crate::config::{AdminAuth, Config};

/// The admin plugin, where there is one.
pub(super) fn admin(
    config: &Config,
    foundation: &Foundation,
) -> Result<Option<plugin::Admin>, BuildError> {
    let Some(section) = &config.plugins.admin else {
        return Ok(None);
    };
    let listener = config.listen.admin;
    let invalid = || BuildError::Invalid(format!("{listener} makes no address of the admin API"));
    let settings = plugin::Config {
        auth: match section.auth {
            AdminAuth::Token => plugin::Auth::Token,
            AdminAuth::None => plugin::Auth::None,
        },
        public_url: section.url(listener).ok_or_else(invalid)?,
        allowed_hosts: section.allowed_hosts.clone(),
        listener,
        proxy_listener: config.listen.proxy,
        metrics_listener: config.listen.metrics,
        token_lifespan: section.token_lifespan,
        console: section.console,
        end_sessions: config.plugins.self_service.settings.end_other_sessions,
    };
    let locales = Arc::clone(&foundation.locales);
    let admin = plugin::Admin::new(settings).with_locales(locales);
    Ok(Some(admin.with_security_headers(security_headers(config))))
}
