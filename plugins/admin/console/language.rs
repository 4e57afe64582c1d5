//! Keeping the language: whoever asked for one by `ui_locales` is led on in it by every redirect, as
//! links and forms of the pages lead on in it.

use axum::{extract::Request, response::Response};
use http::{HeaderValue, header::LOCATION};
use portcullis_kit::{Locale, UI_LOCALES};

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
    let (Some(locale), Some(place)) = (asked, place) else {
        return answer;
    };
    let kept = locale.link(HOME, place);
    let kept = locale.link(&desk.services.addresses.prefix, &kept);
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        answer.headers_mut().insert(LOCATION, kept);
    }
    answer
}
