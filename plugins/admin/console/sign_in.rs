//! Beginning to sign in: whoever comes to the console without its cookie is sent to the public
//! listener, where people sign in, and comes back from there with a code.

use std::time::Duration;

use axum::response::{IntoResponse, Redirect};
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use portcullis_core::{
    catalogue::Code,
    cookie::{self, CONSOLE_STATE},
    secret::{Token, TokenHash},
};
use portcullis_kit::Outcome;

use super::{HANDOVER, HOME};
use crate::{access::console_session, desk::Desk};

/// The parameter of where they go on.
pub(crate) const RETURN_TO: &str = "return_to";
/// The parameter of the hash of the cookie by which the console knows the browser.
pub(crate) const STATE: &str = "state";
/// How long signing in may take.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Sends a browser to sign in, and on to `return_to` afterwards. It keeps a cookie, so that nobody is
/// signed in as somebody else by a link that those made.
pub(crate) fn begin(desk: &Desk, headers: &HeaderMap, return_to: &str) -> Outcome {
    let state = match state(desk, headers) {
        Some(known) => known.to_owned(),
        None => Token::generate(&*desk.services.entropy).expose().to_owned(),
    };
    let page = handover(desk, return_to, &TokenHash::of(&state).to_hex());
    let cookie = console_session::set(&desk.config, CONSOLE_STATE, (&state, PATIENCE));
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| Code::Internal)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(&page)).into_response())
}

/// What the console knows the browser by that asks, where it has begun to sign in.
pub(crate) fn state<'a>(desk: &Desk, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = console_session::name(&desk.config, CONSOLE_STATE);
    let state = cookie::find(headers, &name)?;
    // What somebody else wrote there is not sent on.
    let is_sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    ((32..=128).contains(&state.len()) && state.chars().all(is_sound)).then_some(state)
}

/// The page of the public listener that hands whoever is signed in there over.
pub(crate) fn handover(desk: &Desk, return_to: &str, state: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(RETURN_TO, return_to);
    query.append_pair(STATE, state);
    let page = desk.services.addresses.own(HANDOVER);
    format!("{page}?{}", query.finish())
}

/// A path of the console's, for what leads elsewhere its home.
pub(crate) fn below(path: Option<&str>) -> &str {
    let is_sound = |path: &&str| {
        let rest = path.strip_prefix(HOME);
        let is_plain = path.bytes().all(|c| c.is_ascii_graphic() && c != b'\\');
        is_plain && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    path.filter(is_sound).unwrap_or(HOME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_goes_on_elsewhere_than_in_the_console() {
        for path in ["/ui", "/ui/identities?search=a%20b", "/ui?x=1"] {
            assert_eq!(below(Some(path)), path);
        }
        for path in [
            "//evil.test",
            "/uix",
            "https://evil.test/ui",
            "/ui\\evil",
            "/ui/\r\nx: y",
            "/admin/identities",
            "",
        ] {
            assert_eq!(below(Some(path)), HOME, "{path}");
        }
        assert_eq!(below(None), HOME);
    }
}
