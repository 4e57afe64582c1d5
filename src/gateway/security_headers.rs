//! The headers of own answers as the configuration has them.

use portcullis_kit::SecurityHeaders;

use crate::config::Config;

/// What every own answer says of itself.
pub(super) fn security_headers(config: &Config) -> SecurityHeaders {
    SecurityHeaders {
        frame_ancestors: config.security_headers.frame_ancestors.clone(),
        directives: config.security_headers.directives(),
        permissions: config.security_headers.permissions(),
    }
}
