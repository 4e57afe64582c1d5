//! Where a browser may be sent back to: own hosts and what the configuration allows, nothing else.

use url::Url;

/// The places a browser may return to.
#[derive(Debug, Clone)]
pub struct ReturnUrls {
    public_url: Url,
    hosts: Vec<String>,
    allowed: Vec<Pattern>,
}

/// One entry of `allowed_return_urls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
}

/// The text is no `scheme://host[:port][/path]`, with `*.` allowed before the host. The scheme is that
/// of the web or an application's own, which is a domain name backwards (RFC 8252, section 7.1): it
/// has a dot, as no scheme has that browsers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pattern is not of the form https://host or https://*.host")]
pub struct InvalidPattern;

impl std::str::FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let (text, wildcard) = match text.split_once("://*.") {
            Some((scheme, rest)) => (format!("{scheme}://{rest}"), true),
            None => (text.to_owned(), false),
        };
        let url = Url::parse(&text).map_err(|_| InvalidPattern)?;
        let host = url.host_str().ok_or(InvalidPattern)?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !plain || host.contains('*') || !is_web_or_own(url.scheme()) {
            return Err(InvalidPattern);
        }
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host: if wildcard {
                format!(".{host}")
            } else {
                host.to_owned()
            },
            port: url.port_or_known_default(),
            path: url.path().to_owned(),
        })
    }
}

fn is_web_or_own(scheme: &str) -> bool {
    matches!(scheme, "http" | "https") || is_own_scheme(scheme)
}

/// Whether an application of a device has this scheme for itself.
pub fn is_own_scheme(scheme: &str) -> bool {
    scheme.contains('.')
}

impl Pattern {
    /// The place as a policy of a page served over HTTPS names it, from which a form may lead there:
    /// an application's own scheme, or the device itself, which speaks no TLS (RFC 8252, section 7.3).
    /// HTTPS is allowed anyway.
    pub fn form_source(&self) -> Option<String> {
        let (scheme, host) = (&self.scheme, &self.host);
        match &**scheme {
            "https" => None,
            // Policies know no addresses of version 6 (CSP Level 3, section 2.3.1).
            "http" if host.starts_with('[') => Some("http:".to_owned()),
            "http" => {
                let host = host
                    .strip_prefix('.')
                    .map_or(host.clone(), |host| format!("*.{host}"));
                Some(format!("http://{host}:{}", self.port.unwrap_or(80)))
            }
            own => Some(format!("{own}:")),
        }
    }

    fn is_wildcard(&self) -> bool {
        self.host.starts_with('.')
    }

    fn matches(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        // The dot belongs to the pattern, so that `evilexample.org` is not below `example.org`.
        let host_matches = match self.host.strip_prefix('.') {
            Some(_) => host.len() > self.host.len() && host.ends_with(&self.host),
            None => host == self.host,
        };
        let path = self.path.trim_end_matches('/');
        let path_matches = url
            .path()
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        host_matches
            && path_matches
            && url.scheme() == self.scheme
            && url.port_or_known_default() == self.port
    }
}

impl ReturnUrls {
    /// Own pages live at `public_url`; `hosts` are the exact hosts that routes serve.
    pub fn new(public_url: Url, hosts: Vec<String>, allowed: Vec<Pattern>) -> Self {
        Self {
            public_url,
            hosts,
            allowed,
        }
    }

    /// Where `text` may send the browser, as an absolute URL; `None` when it may not.
    ///
    /// A path is taken as one of the public URL. Whatever browsers read in another way than this
    /// parser is refused: controls, spaces and backslashes anywhere, and two leading slashes.
    pub fn check(&self, text: &str) -> Option<Url> {
        let is_allowed = |url: &Url| self.allowed.iter().any(|pattern| pattern.matches(url));
        let url = self.read(text)?;
        (self.is_own(&url) || is_allowed(&url)).then_some(url)
    }

    /// Where `text` may send the browser with a code that a session token is had for; `None` when it
    /// may not. Only what is configured gets one: whoever serves a route's host is not a native
    /// application, so that neither being own nor a wildcard makes such a host one.
    pub fn check_for_application(&self, text: &str) -> Option<Url> {
        let url = self.read(text)?;
        let is_own = self.is_own(&url);
        let is_named = |pattern: &Pattern| !(is_own && pattern.is_wildcard());
        let mut allowed = self.allowed.iter();
        allowed
            .any(|pattern| is_named(pattern) && pattern.matches(&url))
            .then_some(url)
    }

    /// The absolute URL that `text` is to every reader.
    fn read(&self, text: &str) -> Option<Url> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if text.is_empty() || text.len() > 4096 || text.contains(odd) || text.starts_with("//") {
            return None;
        }
        let url = match text.starts_with('/') {
            true => self.public_url.join(text).ok()?,
            false => Url::parse(text).ok()?,
        };
        let clean = url.username().is_empty() && url.password().is_none();
        // `/./\` and `/.//host` collapse into a path that begins with two slashes.
        (clean && !url.path().starts_with("//")).then_some(url)
    }

    fn is_own(&self, url: &Url) -> bool {
        if url.origin() == self.public_url.origin() {
            return true;
        }
        // Routes of other hosts are reached over the same scheme and port as the public URL.
        url.scheme() == self.public_url.scheme()
            && url.port_or_known_default() == self.public_url.port_or_known_default()
            && url
                .host_str()
                .is_some_and(|host| self.hosts.iter().any(|own| own == host))
    }

    /// Where browsers reach the gateway.
    pub fn public_url(&self) -> &Url {
        &self.public_url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls() -> ReturnUrls {
        let allowed = vec!["https://*.example.org".parse().unwrap()];
        let own = Url::parse("https://gate.example.com").unwrap();
        ReturnUrls::new(own, vec!["app.example.com".to_owned()], allowed)
    }

    #[test]
    fn own_and_allowed_places_are_taken() {
        for good in [
            "/",
            "/deep?x=1&y=%2F",
            "https://gate.example.com/x",
            "https://app.example.com/",
            "https://a.b.example.org/x",
        ] {
            assert!(urls().check(good).is_some(), "{good}");
        }
    }

    #[test]
    fn an_application_is_returned_to_by_a_scheme_of_its_own_only() {
        for bad in [
            "javascript://x",
            "data://x",
            "myapp://x",
            "com.example.app:x",
        ] {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
        let own = Url::parse("https://gate.example.com").unwrap();
        let allowed = vec!["com.example.app://signed-in".parse().unwrap()];
        let urls = ReturnUrls::new(own, Vec::new(), allowed);
        assert!(urls.check("com.example.app://signed-in?x=1").is_some());
        for bad in [
            "com.example.app://elsewhere",
            "com.example.other://signed-in",
            "com.example.app:signed-in",
            "com.example.app:/signed-in",
            "javascript://signed-in",
        ] {
            assert_eq!(urls.check(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_policy_names_places_that_no_certificate_covers() {
        let source = |text: &str| text.parse::<Pattern>().unwrap().form_source();
        for (text, named) in [
            ("https://app.example.org/x", None),
            ("http://127.0.0.1:8765/done", Some("http://127.0.0.1:8765")),
            ("http://127.0.0.1/done", Some("http://127.0.0.1:80")),
            ("http://[::1]:8765", Some("http:")),
            ("http://*.dev.test", Some("http://*.dev.test:80")),
            ("com.example.app://signed-in", Some("com.example.app:")),
        ] {
            assert_eq!(source(text).as_deref(), named, "{text}");
        }
    }

    #[test]
    fn codes_for_applications_go_to_no_own_host_that_is_not_named() {
        let patterns = ["https://*.example.com", "https://named.example.com/app"];
        let allowed = patterns.map(|text| text.parse().unwrap()).to_vec();
        let own = Url::parse("https://gate.example.com").unwrap();
        let hosts = ["evil.example.com", "named.example.com"].map(str::to_owned);
        let urls = ReturnUrls::new(own, hosts.to_vec(), allowed);
        for good in ["https://a.example.com/x", "https://named.example.com/app"] {
            assert!(urls.check_for_application(good).is_some(), "{good}");
        }
        for bad in [
            "/",
            "https://gate.example.com/",
            "https://evil.example.com/",
            "https://named.example.com/",
            "https://elsewhere.test/",
        ] {
            assert_eq!(urls.check_for_application(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_open_redirect_trick_is_refused() {
        for bad in [
            "",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/\t/evil.test",
            "/%09//evil.test\n",
            "https:evil.test",
            "https:///evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://evil.test",
            "https://gate.example.com@evil.test/",
            "https://evilexample.org/",
            "https://example.org.evil.test/",
            "http://gate.example.com/",
            "https://gate.example.com:444/",
            "/./\\evil.test",
            "/.//evil.test",
            "/x/..//evil.test",
            " https://gate.example.com",
            "https://user@gate.example.com/",
            "https://a.example.org:8443/",
            "ftp://gate.example.com/",
            "https://example.org",
        ] {
            assert_eq!(urls().check(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_leads_to_an_own_or_allowed_place(
            text in "[/\\\\.:@?#%a-z0-9\t \u{3002}\u{ff0f}-]{0,40}",
            start in 0_usize..6,
        ) {
            let starts = ["", "/", "https://", "https://gate.example.com", "//", "https://a.example.org"];
            if let Some(url) = urls().check(&format!("{}{text}", starts[start])) {
                let host = url.host_str().unwrap_or_default();
                let is_ours = matches!(host, "gate.example.com" | "app.example.com")
                    || host.ends_with(".example.org");
                proptest::prop_assert!(is_ours, "{url}");
                proptest::prop_assert_eq!(url.scheme(), "https");
                proptest::prop_assert_eq!(url.port(), None);
                proptest::prop_assert!(!url.path().starts_with("//"), "{url}");
                proptest::prop_assert!(url.username().is_empty());
            }
        }
    }
}
