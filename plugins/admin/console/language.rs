//! Keeping the language: whoever asked for one by `ui_locales` is led on in it by every redirect, as
//! links and forms of the pages lead on in it.

use axum::{extract::Request, response::Response};
use http::{HeaderValue, header::LOCATION};
use portcullis_kit::{Locale, UI_LOCALES};
use url::Url;

use super::HOME;
use crate::desk::Desk;

/// The language that a request asks for by its address.
pub(super) fn asked(desk: &Desk, request: &Request) -> Option<Locale> {
    let query = request.uri().query()?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, tags) = pairs.find(|(name, _)| name == UI_LOCALES)?;
    Some(desk.shell.locale(Some(&tags), request.headers()))
}

/// The answer, which leads on in this language where it leads to a page of ours.
pub(super) fn kept(desk: &Desk, asked: Option<&Locale>, mut answer: Response) -> Response {
    let place = answer.headers().get(LOCATION);
    let place = place.and_then(|place| place.to_str().ok());
    let addresses = &desk.services.addresses;
    let ours = [&desk.config.public_url, addresses.return_urls.public_url()];
    let place = place.filter(|place| is_own(place, ours));
    let (Some(locale), Some(place)) = (asked, place) else {
        return answer;
    };
    let kept = locale.link(HOME, place);
    let kept = locale.link(&addresses.prefix, &kept);
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        answer.headers_mut().insert(LOCATION, kept);
    }
    answer
}

/// Whether a redirect leads to one of these origins, or stays where it is; elsewhere a path may look
/// like one of ours.
fn is_own(place: &str, ours: [&Url; 2]) -> bool {
    match Url::parse(place) {
        Ok(url) => ours.iter().any(|own| own.origin() == url.origin()),
        Err(_) => !place.starts_with("//"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_to_us_keeps_the_language() {
        let ours = ["http://127.0.0.1:4434", "https://gate.test"];
        let ours = ours.map(|own| Url::parse(own).unwrap());
        for (place, expected) in [
            ("/ui/audit", true),
            ("http://127.0.0.1:4434/ui/enter?code=1", true),
            ("https://GATE.test:443/.portcullis/x", true),
            ("https://idp.test/ui/audit", false),
            ("https://idp.test/.portcullis", false),
            ("http://gate.test/.portcullis", false),
            ("http://127.0.0.1:4435/ui", false),
            ("//idp.test/ui", false),
        ] {
            assert_eq!(is_own(place, [&ours[0], &ours[1]]), expected, "{place}");
        }
    }
}
