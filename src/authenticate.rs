//! Authenticate: finds out who a request comes from by the session token it carries.

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use portcullis_core::{
    cookie::{self, Cookies},
    head::RequestHead,
    principal::Principal,
    secret::TokenHash,
    stage::{Authenticator, Unavailable},
};

use crate::{enrich::plain, store::Principals};

/// How the session tokens of native applications begin. Those of browsers never do, so that a token
/// taken from one place is worth nothing in the other.
pub const TOKEN_PREFIX: &str = "ory_st_";

const TOKEN_HEADER: &str = "x-session-token";

/// Knows the principals behind session tokens.
#[derive(Debug)]
pub struct SessionAuthenticator {
    principals: Arc<Principals>,
    cookies: Cookies,
}

impl SessionAuthenticator {
    /// An authenticator that reads the session cookie named by `cookies`.
    pub fn new(principals: Arc<Principals>, cookies: Cookies) -> Self {
        Self {
            principals,
            cookies,
        }
    }
}

#[async_trait]
impl Authenticator for SessionAuthenticator {
    async fn authenticate(
        &self,
        head: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Unavailable> {
        let Some(token) = token(head.headers, self.cookies.session()) else {
            return Ok(None);
        };
        let found = self.principals.find(&TokenHash::of(token)).await;
        found.map_err(|error| Unavailable(Box::new(error)))
    }
}

/// The one session token of a request. Bearer tokens without our prefix belong to the application.
fn token<'a>(headers: &'a HeaderMap, cookie: &str) -> Option<&'a str> {
    native_token(headers)
        .or_else(|| cookie::find(headers, cookie).filter(|value| !is_native(value)))
        .or_else(|| bearer_token(headers))
}

fn native_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(TOKEN_HEADER)?.to_str().ok()?;
    is_native(value).then_some(value)
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = value.split_once(' ')?;
    let value = value.trim_start();
    (scheme.eq_ignore_ascii_case("bearer") && is_native(value)).then_some(value)
}

/// The headers besides `Cookie` that carry a session token of ours, in any line and any spelling. An
/// upstream that saw one could act as its owner everywhere behind the gate.
pub fn token_headers(headers: &HeaderMap) -> impl Iterator<Item = &HeaderName> {
    let carries = |value: &HeaderValue| {
        let prefix = TOKEN_PREFIX.as_bytes();
        value.as_bytes().windows(prefix.len()).any(|w| w == prefix)
    };
    headers.keys().filter(move |name| {
        let place = plain(name.as_str());
        (place == TOKEN_HEADER || place == AUTHORIZATION.as_str())
            && headers.get_all(*name).iter().any(carries)
    })
}

fn is_native(value: &str) -> bool {
    value.starts_with(TOKEN_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn only_headers_with_a_token_of_ours_are_kept_from_upstreams() {
        let ours = headers(&[
            ("x-session-token", "ory_st_a"),
            ("authorization", "Bearer ory_st_b"),
        ]);
        let names: Vec<&HeaderName> = token_headers(&ours).collect();
        assert_eq!(names, ["x-session-token", "authorization"]);
        let theirs = headers(&[("x-session-token", "app"), ("authorization", "Bearer app")]);
        assert_eq!(token_headers(&theirs).count(), 0);
    }

    #[test]
    fn a_token_of_ours_is_kept_from_upstreams_in_every_line_and_spelling() {
        for (name, value) in [
            ("x_session_token", "ory_st_a"),
            ("x-session_token", " ory_st_a"),
            ("x.session.token", "ory_st_a"),
            ("authorization", "Bearer\tory_st_a"),
            ("authorization", "BEARER   ory_st_a"),
            ("authorization", "Bearer \"ory_st_a\""),
            ("authorization", "Token ory_st_a"),
            ("authorization", "ory_st_a"),
        ] {
            assert_eq!(
                token_headers(&headers(&[(name, value)])).count(),
                1,
                "{name}: {value}"
            );
            let mut twice = headers(&[(name, "of the application")]);
            twice.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
            assert_eq!(token_headers(&twice).count(), 1, "{name}: second {value}");
        }
    }

    #[test]
    fn the_header_comes_before_the_cookie_and_the_cookie_before_the_bearer() {
        let mut all = headers(&[
            ("x-session-token", "ory_st_header"),
            ("cookie", "portcullis=cookie"),
            ("authorization", "Bearer ory_st_bearer"),
        ]);
        assert_eq!(token(&all, "portcullis"), Some("ory_st_header"));
        all.remove("x-session-token");
        assert_eq!(token(&all, "portcullis"), Some("cookie"));
        all.remove("cookie");
        assert_eq!(token(&all, "portcullis"), Some("ory_st_bearer"));
    }

    #[test]
    fn a_bearer_token_of_the_application_is_not_ours() {
        let headers = headers(&[("authorization", "Bearer eyJhbGciOi")]);
        assert_eq!(token(&headers, "portcullis"), None);
    }

    #[test]
    fn a_token_works_only_in_its_own_place() {
        let cookie = headers(&[("cookie", "portcullis=ory_st_stolen")]);
        assert_eq!(token(&cookie, "portcullis"), None);
        let header = headers(&[("x-session-token", "a-cookie-value")]);
        assert_eq!(token(&header, "portcullis"), None);
    }

    #[test]
    fn the_bearer_scheme_is_read_in_any_case() {
        let headers = headers(&[("authorization", "bearer ory_st_x")]);
        assert_eq!(token(&headers, "portcullis"), Some("ory_st_x"));
    }
}
