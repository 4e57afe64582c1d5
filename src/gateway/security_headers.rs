//! The headers of own answers as the configuration has them.

use portcullis_core::return_to::Pattern;
use portcullis_kit::SecurityHeaders;

use crate::config::Config;

/// What every own answer says of itself.
pub(super) fn security_headers(config: &Config) -> SecurityHeaders {
    SecurityHeaders {
        frame_ancestors: config.security_headers.frame_ancestors.clone(),
        directives: config.security_headers.directives(),
        application_schemes: application_schemes(config),
        permissions: config.security_headers.permissions(),
    }
}

/// The schemes of applications that may be returned to, as a policy names them.
fn application_schemes(config: &Config) -> Vec<String> {
    let urls = config.allowed_return_urls.iter();
    let patterns = urls.filter_map(|url| url.parse::<Pattern>().ok());
    let schemes = patterns.filter_map(|pattern| Some(format!("{}:", pattern.own_scheme()?)));
    schemes.collect()
}
