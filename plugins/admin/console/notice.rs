//! Notices: what has just been done, told by the page that a form leads to. The address carries them
//! sealed, so that no link makes a page say anything.

use axum::response::{IntoResponse, Redirect};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Outcome, Visit};
use url::Url;

use crate::desk::Desk;

/// The parameter.
const DONE: &str = "done";
/// What notices are sealed for.
const PURPOSE: &str = "console-notice";

/// Leads to a page of the console, which says this.
pub(crate) fn redirect(desk: &Desk, path: &str, text: &'static str) -> Outcome {
    let services = &desk.services;
    let sealed = services
        .seal
        .close(PURPOSE, text.as_bytes(), &*services.entropy);
    let sealed = sealed.ok_or(Code::Internal)?;
    let separator = if path.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{path}{separator}{DONE}={sealed}")).into_response())
}

/// Takes what it says out of the address of a page.
pub(crate) fn take_from(page: &mut Url) {
    let pairs = page.query_pairs().into_owned();
    let kept: Vec<_> = pairs.filter(|(name, _)| name != DONE).collect();
    page.set_query(None);
    if !kept.is_empty() {
        page.query_pairs_mut().extend_pairs(kept);
    }
}

/// What a visit is to be told, in English.
pub(crate) fn of(desk: &Desk, visit: &Visit) -> Option<String> {
    let text = desk.services.seal.open(PURPOSE, visit.query(DONE)?)?;
    String::from_utf8(text).ok()
}
