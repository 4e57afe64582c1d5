//! The headers of own answers as the configuration has them.

use portcullis_core::return_to::Pattern;
use portcullis_kit::SecurityHeaders;

use crate::config::Config;

/// What every own answer says of itself.
pub(super) fn security_headers(config: &Config) -> SecurityHeaders {
    SecurityHeaders {
        frame_ancestors: config.security_headers.frame_ancestors.clone(),
        directives: config.security_headers.directives(),
        form_sources: form_sources(config),
        permissions: config.security_headers.permissions(),
    }
}

/// Where forms may lead in the end beside places that HTTPS reaches, as a policy names it.
fn form_sources(config: &Config) -> Vec<String> {
    let urls = config.allowed_return_urls.iter().cloned();
    let patterns = urls.chain(console(config));
    let patterns = patterns.filter_map(|url| url.parse::<Pattern>().ok());
    patterns
        .filter_map(|pattern| pattern.form_source())
        .collect()
}

/// Where the console is, which the redirects after signing in lead back to.
fn console(config: &Config) -> Option<String> {
    let section = config.plugins.admin.as_ref()?;
    let url = section.console_url(&config.listen.admin)?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Admin, AdminListener};

    fn sources(change: impl FnOnce(&mut Admin)) -> Vec<String> {
        let mut config = Config::default();
        let mut admin = Admin::default();
        change(&mut admin);
        config.plugins.admin = Some(admin);
        form_sources(&config)
    }

    #[test]
    fn a_form_may_lead_to_a_console_without_tls() {
        assert_eq!(sources(|_| ()), ["http://127.0.0.1:4434"]);
        let at = |url: &str| {
            let url = url.parse().unwrap();
            sources(|admin| admin.public_url = Some(url))
        };
        assert_eq!(at("http://admin.test/"), ["http://admin.test:80"]);
        assert_eq!(at("http://[::1]:4434"), ["http:"]);
        assert_eq!(at("https://admin.test"), [""; 0], "that is allowed anyway");
        assert_eq!(sources(|admin| admin.console = false), [""; 0]);
        let mut socket = Config::default();
        socket.listen.admin = AdminListener::Socket("/run/admin.sock".into());
        socket.plugins.admin = Some(Admin::default());
        assert_eq!(form_sources(&socket), [""; 0], "no browser opens a socket");
        let none = Config::default();
        assert_eq!(form_sources(&none).is_empty(), none.plugins.admin.is_none());
    }
}
