//! What the sender of a refused request can do: go and sign in, or finish what is asked of them,
//! where a person waits at a browser; present a session, or tell the person, everywhere else.

use http::{HeaderMap, header::ACCEPT};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis_core::{action::Action, head::RequestHead, plugin::Addresses};

use super::Remedy;
use crate::route::Unauthenticated;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The remedy for a signed-out request.
pub(super) fn sign_in(
    unauthenticated: Unauthenticated,
    head: &RequestHead<'_>,
    addresses: &Addresses,
) -> Remedy {
    match redirects(unauthenticated, head) {
        true => {
            let page = addresses.own("/self-service/login/browser");
            Remedy::SignIn(with_return(page, '?', return_to(head, addresses)))
        }
        false => Remedy::Challenge,
    }
}

/// The remedy for somebody signed in who has to do `action` first. A script's own address is no
/// place for the browser to return to.
pub(super) fn finish(
    unauthenticated: Unauthenticated,
    head: &RequestHead<'_>,
    (addresses, action): (&Addresses, Action),
) -> Remedy {
    let page = addresses.own("/self-service/settings/browser");
    let page = format!("{page}?kc_action={}&required=true", action.alias());
    match redirects(unauthenticated, head) {
        true => Remedy::Finish(with_return(page, '&', return_to(head, addresses))),
        false => Remedy::FinishAt(page),
    }
}

/// The remedy for somebody signed in who has to show a second factor first.
pub(super) fn step_up(
    unauthenticated: Unauthenticated,
    head: &RequestHead<'_>,
    addresses: &Addresses,
) -> Remedy {
    let page = addresses.own("/self-service/login/browser");
    let page = format!("{page}?aal=aal2");
    match redirects(unauthenticated, head) {
        true => Remedy::Finish(with_return(page, '&', return_to(head, addresses))),
        false => Remedy::FinishAt(page),
    }
}

impl Remedy {
    /// The same, where the page is told which scopes are asked for.
    pub(super) fn asking(self, scopes: &[String]) -> Self {
        if scopes.is_empty() {
            return self;
        }
        let scopes = scopes.join(" ");
        let told = |page: String| {
            let separator = if page.contains('?') { '&' } else { '?' };
            let scopes = utf8_percent_encode(&scopes, QUERY_VALUE);
            format!("{page}{separator}scope={scopes}")
        };
        match self {
            Self::SignIn(page) => Self::SignIn(told(page)),
            Self::Finish(page) => Self::Finish(told(page)),
            Self::FinishAt(page) => Self::FinishAt(told(page)),
            other => other,
        }
    }
}

fn redirects(unauthenticated: Unauthenticated, head: &RequestHead<'_>) -> bool {
    match unauthenticated {
        Unauthenticated::Auto => is_navigation(head.headers),
        Unauthenticated::Redirect => true,
        Unauthenticated::Challenge => false,
    }
}

/// Whether a browser is about to show the answer as a page. Browsers say so in `Sec-Fetch-Mode`;
/// without fetch metadata (old browsers, plain http) an `Accept` that names HTML has to do.
fn is_navigation(headers: &HeaderMap) -> bool {
    let scripted = headers
        .get("x-requested-with")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"xmlhttprequest"));
    if scripted {
        return false;
    }
    if let Some(mode) = headers.get("sec-fetch-mode") {
        return mode == "navigate";
    }
    let other_metadata = ["sec-fetch-dest", "sec-fetch-site", "sec-fetch-user"];
    if other_metadata
        .iter()
        .any(|name| headers.contains_key(*name))
    {
        return false;
    }
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(names_html)
}

fn names_html(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml")
    })
}

/// The page, told where to return to.
fn with_return(page: String, separator: char, url: Option<String>) -> String {
    match url {
        Some(url) => {
            let url = utf8_percent_encode(&url, QUERY_VALUE);
            format!("{page}{separator}return_to={url}")
        }
        None => page,
    }
}

/// Where the request wanted to go. A method other than GET cannot be repeated after signing in, so
/// it returns to the same place by GET. A host that browsers may not be sent back to is replaced by the
/// public URL's: better the same path there than a refused sign-in.
fn return_to(head: &RequestHead<'_>, addresses: &Addresses) -> Option<String> {
    let query = head.query.map(|query| format!("?{query}"));
    let target = format!("{}{}", head.path, query.unwrap_or_default());
    let url = format!("{}://{}{target}", head.scheme.as_str(), head.authority);
    if addresses.return_urls.check(&url).is_some() {
        return Some(url);
    }
    addresses.return_urls.check(&target).map(String::from)
}

#[cfg(test)]
mod tests;
