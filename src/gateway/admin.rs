//! The admin plugin as the configuration has it.

use std::sync::Arc;

use portcullis_admin as plugin;
use portcullis_core::pages::Pages;

use super::{BuildError, Foundation, security_headers::security_headers};
use crate::config::{AdminAuth, AdminListener, Config};

/// The admin plugin, where there is one.
pub(super) fn admin(
    config: &Config,
    foundation: &Foundation,
) -> Result<Option<plugin::Admin>, BuildError> {
    let Some(settings) = settings(config)? else {
        return Ok(None);
    };
    let locales = Arc::clone(&foundation.locales);
    let admin = plugin::Admin::new(settings).with_locales(locales);
    Ok(Some(admin.with_security_headers(security_headers(config))))
}

/// What the gateway itself answers on the admin listener: under the plugin's names only, where there is
/// the plugin.
pub(super) fn named(config: &Config, pages: Arc<dyn Pages>) -> Result<Arc<dyn Pages>, BuildError> {
    Ok(match settings(config)? {
        Some(settings) => Arc::new(plugin::Named::new(settings, pages)),
        None => pages,
    })
}

fn settings(config: &Config) -> Result<Option<plugin::Config>, BuildError> {
    let Some(section) = &config.plugins.admin else {
        return Ok(None);
    };
    let listener = &config.listen.admin;
    let invalid = || BuildError::Invalid(format!("{listener} makes no address of the admin API"));
    Ok(Some(plugin::Config {
        auth: match section.auth {
            AdminAuth::Token => plugin::Auth::Token,
            AdminAuth::None => plugin::Auth::None,
        },
        public_url: section.url(listener).ok_or_else(invalid)?,
        allowed_hosts: section.allowed_hosts.clone(),
        listener: match listener {
            AdminListener::Network(address) => plugin::Listener::Network(*address),
            AdminListener::Socket(path) => plugin::Listener::Socket(path.clone()),
        },
        proxy_listener: config.listen.proxy,
        metrics_listener: config.listen.metrics,
        token_lifespan: section.token_lifespan,
        console: section.console_url(listener).is_some(),
        end_sessions: config.plugins.self_service.settings.end_other_sessions,
    }))
}
