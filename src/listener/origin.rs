//! Whether a request comes from a page of our own.

use http::{HeaderMap, header::ORIGIN};
use portcullis_core::head::Scheme;
use url::{Origin, Url};

use super::canonical::Authority;

/// Whether the `Origin` is the host that was asked, or the gateway's public one. Programs send
/// none; a browser always does, and says `null` where it does not want to tell.
pub fn is_own(headers: &HeaderMap, scheme: Scheme, asked: &Authority, public: &Origin) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let origin = match (origins.next(), origins.next()) {
        (None, _) => return true,
        (Some(origin), None) => origin.to_str().ok().and_then(|text| Url::parse(text).ok()),
        _ => return false,
    };
    let Some(origin) = origin.map(|url| url.origin()).filter(Origin::is_tuple) else {
        return false;
    };
    let own = Url::parse(&format!("{}://{}", scheme.as_str(), asked.as_str()));
    origin == *public || own.is_ok_and(|own| own.origin() == origin)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn from(origins: &[&'static str], scheme: Scheme) -> bool {
        let headers = origins
            .iter()
            .map(|origin| (ORIGIN, HeaderValue::from_static(origin)))
            .collect();
        let asked = Authority::parse("app.example.org").unwrap();
        let public = Url::parse("https://gate.example.org").unwrap().origin();
        is_own(&headers, scheme, &asked, &public)
    }

    #[test]
    fn own_pages_and_programs_are_let_in() {
        assert!(from(&[], Scheme::Http));
        assert!(from(&["http://app.example.org"], Scheme::Http));
        assert!(from(&["https://App.example.org:443"], Scheme::Https));
        assert!(from(&["https://gate.example.org"], Scheme::Http));
    }

    #[test]
    fn pages_of_other_sites_are_not() {
        for origin in [
            "https://evil.test",
            "http://app.example.org:8080",
            "https://app.example.org.evil.test",
            "null",
            "",
            "file:///x",
        ] {
            assert!(!from(&[origin], Scheme::Http), "{origin}");
        }
        assert!(!from(&["http://app.example.org"], Scheme::Https));
        let twice = &["http://app.example.org", "http://app.example.org"];
        assert!(!from(twice, Scheme::Http));
    }
}
