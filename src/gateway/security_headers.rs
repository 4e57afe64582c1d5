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
    let urls = config.allowed_return_urls.iter();
    let patterns = urls.filter_map(|url| url.parse::<Pattern>().ok());
    patterns
        .filter_map(|pattern| pattern.form_source())
        .collect()
}
