//! Freshness: what an application asks for is done only by whoever has signed in a moment ago.
//!
//! Whoever has to sign in again first comes back with a sealed note of when that was asked, for an
//! age alone says nothing where none is young enough.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    action::{Action, MAX_AUTH_AGE},
    principal::Principal,
};
use portcullis_kit::{Failure, Visit};

use crate::desk::Desk;

/// The query parameter that carries the note.
pub(super) const ASKED_AT: &str = "asked_at";
/// The query parameters by which applications ask for a young sign-in.
pub(super) const MAX_AGE: &str = "max_age";
pub(super) const PROMPT: &str = "prompt";
/// What notes are sealed for.
const PURPOSE: &str = "action-asked-at";
/// Whom a note counts for that was made before anybody signed in.
const ANYBODY: &str = "-";
/// How long after signing in for it somebody may still begin.
const GRACE: Duration = Duration::from_secs(60);

/// Whether somebody may begin what they have to do anyway, however old their sign-in is: unless an
/// application asks for a young one, or has asked, and nobody has signed in since.
pub(super) fn lets_required(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
    action: Action,
) -> bool {
    let asks = visit.query(PROMPT) == Some("login") || visit.query(MAX_AGE).is_some();
    match asked_at(desk, visit, principal, action) {
        Some(asked_at) => {
            let proved_at = principal.session.proved_at();
            proved_at.is_some_and(|proved_at| proved_at >= asked_at)
        }
        None => !asks && visit.query(ASKED_AT).is_none(),
    }
}

/// Whether whoever visits has signed in recently enough for `action`.
pub(super) fn is_fresh(desk: &Desk, visit: &Visit, principal: &Principal, action: Action) -> bool {
    let Some(proved_at) = principal.session.proved_at() else {
        return false;
    };
    let age = desk.now().duration_since(proved_at);
    if age.is_negative() {
        return false;
    }
    let (age, most) = (age.unsigned_abs(), limit(desk, visit, action));
    match asked_at(desk, visit, principal, action) {
        Some(asked_at) => proved_at >= asked_at && age <= most.max(GRACE),
        None => visit.query(PROMPT) != Some("login") && !most.is_zero() && age <= most,
    }
}

/// How old a sign-in may be: applications only ever shorten what is configured.
fn limit(desk: &Desk, visit: &Visit, action: Action) -> Duration {
    let settings = desk.services.actions.settings(action);
    let own = settings.map_or(MAX_AUTH_AGE, |settings| settings.max_auth_age);
    match visit.query(MAX_AGE) {
        // What cannot be read asks for something, and certainly not for more.
        Some(text) => own.min(Duration::from_secs(text.parse().unwrap_or(0))),
        None => own,
    }
}

/// A note that somebody has to sign in for `action` from now on; it counts for `whom` only, where
/// that is known.
pub(super) fn note(
    desk: &Desk,
    whom: Option<&Principal>,
    action: Action,
) -> Result<String, Failure> {
    let services = &desk.services;
    let whom = whom.map_or(ANYBODY.to_owned(), |whom| whom.identity.id.to_string());
    let text = format!("{} {whom} {}", action.alias(), desk.now());
    let sealed = services
        .seal
        .close(PURPOSE, text.as_bytes(), &*services.entropy);
    sealed.ok_or_else(|| portcullis_core::catalogue::Code::Internal.into())
}

fn asked_at(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
    action: Action,
) -> Option<Timestamp> {
    let text = desk.services.seal.open(PURPOSE, visit.query(ASKED_AT)?)?;
    let text = String::from_utf8(text).ok()?;
    let rest = text.strip_prefix(action.alias())?.strip_prefix(' ')?;
    let (whom, at) = rest.split_once(' ')?;
    let is_theirs = whom == ANYBODY || whom == principal.identity.id.to_string();
    is_theirs.then(|| at.parse().ok()).flatten()
}
