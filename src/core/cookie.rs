//! The gateway's own cookies: their names, their attributes, and finding them in a header.

use std::time::Duration;

use http::{HeaderMap, header::COOKIE};
use url::Url;

use crate::secret::TokenHash;

/// The name of the console's cookie, on the host of the admin listener. Browsers tell hosts apart and
/// not ports, so that the proxy may see it, too.
pub const CONSOLE: &str = "portcullis_console";
/// The name of the cookie by which the console knows the browser that begins to sign in.
pub const CONSOLE_STATE: &str = "portcullis_console_state";
/// The console's cookies with and without TLS, which the gateway's public address does not tell.
const OF_CONSOLE: [&str; 4] = [
    CONSOLE,
    CONSOLE_STATE,
    "__Host-portcullis_console",
    "__Host-portcullis_console_state",
];

/// The gateway's own cookies.
#[derive(Debug, Clone)]
pub struct Cookies {
    session: String,
    attempts: String,
    parked: String,
    csrf: String,
    domain: Option<String>,
    secure: bool,
}

impl Cookies {
    /// Cookies for browsers that reach the gateway at `public_url`, shared with every host below
    /// `domain` where one is given (RFC 6265bis, section 4.1.3, for the name prefixes).
    pub fn new(public_url: &Url, domain: Option<String>) -> Self {
        let secure = public_url.scheme() == "https";
        let prefix = match (secure, &domain) {
            (true, None) => "__Host-",
            (true, Some(_)) => "__Secure-",
            (false, _) => "",
        };
        Self {
            session: format!("{prefix}portcullis"),
            attempts: format!("{prefix}portcullis_attempts"),
            parked: format!("{prefix}portcullis_parked"),
            csrf: format!("csrf_token_{}", TokenHash::of(public_url.as_str()).to_hex()),
            domain,
            secure,
        }
    }

    /// The name of the session cookie.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The name of the sealed cookie that holds sign-ins in flight.
    pub fn attempts(&self) -> &str {
        &self.attempts
    }

    /// The name of the sealed cookie that holds an administrator's own session while they act as
    /// somebody else.
    pub fn parked(&self) -> &str {
        &self.parked
    }

    /// The name of the anti-forgery cookie.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Every name the gateway uses; none of them reaches an upstream.
    pub fn names(&self) -> [&str; 8] {
        let [console, state, secure_console, secure_state] = OF_CONSOLE;
        [
            &self.session,
            &self.attempts,
            &self.parked,
            &self.csrf,
            console,
            state,
            secure_console,
            secure_state,
        ]
    }

    /// A `Set-Cookie` value that keeps `value` under `name` for `max_age`.
    pub fn set(&self, name: &str, value: &str, max_age: Duration) -> String {
        format!(
            "{name}={value}; Max-Age={}{}",
            max_age.as_secs(),
            self.attributes()
        )
    }

    /// A `Set-Cookie` value that deletes `name`. It repeats the attributes: browsers ignore a
    /// deletion without them.
    pub fn delete(&self, name: &str) -> String {
        format!("{name}=; Max-Age=0{}", self.attributes())
    }

    fn attributes(&self) -> String {
        let domain = self
            .domain
            .as_ref()
            .map(|d| format!("; Domain={d}"))
            .unwrap_or_default();
        let secure = if self.secure { "; Secure" } else { "" };
        format!("; Path=/{domain}; HttpOnly{secure}; SameSite=Lax")
    }
}

/// The value of the only cookie called `name`. Two cookies of one name are as good as none, for
/// nobody can say which of them a browser means. What the others hold is none of our business: an
/// application may well keep a name in its letters.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = None;
    for header in headers.get_all(COOKIE) {
        for pair in header.as_bytes().split(|&c| c == b';') {
            let pair = pair.trim_ascii_start();
            let value = pair.strip_prefix(name.as_bytes());
            let Some(value) = value.and_then(|rest| rest.strip_prefix(b"=")) else {
                continue;
            };
            if found.replace(value).is_some() {
                return None;
            }
        }
    }
    std::str::from_utf8(found?).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (COOKIE, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&["a=1; portcullis=x; b=2"]);
        assert_eq!(find(&headers, "portcullis"), Some("x"));
    }

    #[test]
    fn an_applications_cookie_in_any_letters_hides_ours_from_nobody() {
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_bytes("name=Zoë; portcullis=x".as_bytes()).unwrap();
        headers.append(COOKIE, line);
        headers.append(COOKIE, HeaderValue::from_bytes(b"old=\xe9").unwrap());
        assert_eq!(find(&headers, "portcullis"), Some("x"));
    }

    #[test]
    fn two_cookies_of_one_name_are_none() {
        assert_eq!(
            find(&headers(&["portcullis=x; portcullis=y"]), "portcullis"),
            None
        );
        assert_eq!(
            find(&headers(&["portcullis=x", "portcullis=y"]), "portcullis"),
            None
        );
    }

    #[test]
    fn a_deletion_repeats_the_attributes() {
        let cookies = Cookies::new(&Url::parse("https://a.test").unwrap(), None);
        assert_eq!(
            cookies.delete(cookies.session()),
            "__Host-portcullis=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_single_cookie_is_found_among_any_others(
            value in "[!-+\\--:<-\\[\\]-~]{0,60}",
            before in "([a-z]{1,8}=[a-z0-9=]{0,8}; ){0,4}",
            after in "(; [a-z]{1,8}=[a-z0-9=]{0,8}){0,4}",
        ) {
            let line = format!("{before}__Host-portcullis={value}{after}");
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_str(&line).unwrap());
            proptest::prop_assert_eq!(find(&headers, "__Host-portcullis"), Some(value.as_str()));
        }

        #[test]
        fn no_header_makes_finding_panic(bytes in proptest::collection::vec(32_u8.., 0..200)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.append(COOKIE, value);
            }
            let _ = find(&headers, "portcullis");
        }
    }
}
