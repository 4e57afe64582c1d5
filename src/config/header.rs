//! Names of request headers that configuration may set.

use http::HeaderName;

/// Headers that steer the connection or the request's shape (RFC 9110, sections 7.6 and 8.6), and
/// those the gateway writes itself on every request.
const OWN: [&str; 16] = [
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-request-id",
];

/// Checks that `name` is a header name that a route may set.
pub(super) fn validate(name: &str) -> Result<(), String> {
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(format!(
            "{name:?} is no header name; write letters, digits and hyphens"
        ));
    }
    // Many servers read `_` as `-`, so that both spellings are one header.
    let plain = plain(name);
    let forwarded = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];
    let taken = OWN.contains(&plain.as_str()) || forwarded.contains(&plain.as_str());
    match taken || plain.starts_with("x-portcullis") {
        true => Err(format!(
            "the gateway itself decides about {name}; choose another name"
        )),
        false => Ok(()),
    }
}

/// What begins the names of headers that say who somebody is: those of presets, and of other
/// gateways.
const IDENTITY: [&str; 3] = ["x-forwarded-", "x-auth-request-", "remote-"];

/// Checks that `name` is a header name that a schema may hand a trait on as: a trait that people
/// change themselves must not say who they are, unless a route says so.
pub(super) fn validate_exposed(name: &str) -> Result<(), String> {
    validate(name)?;
    let plain = plain(name);
    let says_who = IDENTITY.iter().any(|family| plain.starts_with(family));
    match says_who || plain == "authorization" {
        true => Err(format!(
            "applications take {name} for the gateway's own word; choose another name, or write it \
             in `set_headers` of a route"
        )),
        false => Ok(()),
    }
}

/// The name in the one spelling that all its spellings have in common.
pub(super) fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_and_own_headers_may_be_set() {
        for name in ["X-Team", "X-Forwarded-User", "Remote-User", "Authorization"] {
            assert_eq!(validate(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn traits_are_not_handed_on_as_headers_that_say_who_somebody_is() {
        assert_eq!(validate_exposed("X-Auth-Email"), Ok(()));
        for name in [
            "X-Forwarded-User",
            "x_forwarded_groups",
            "Remote-Name",
            "X-Auth-Request-Email",
            "Authorization",
            "X-Portcullis-Team",
            "Cookie",
        ] {
            assert!(validate_exposed(name).is_err(), "{name}");
        }
    }

    #[test]
    fn connection_and_gateway_headers_may_not_be_set() {
        for name in [
            "Connection",
            "HOST",
            "X_Forwarded_For",
            "X-Portcullis",
            "Cookie",
            "a b",
            "",
            "Ünicode",
        ] {
            assert!(validate(name).is_err(), "{name}");
        }
    }
}
