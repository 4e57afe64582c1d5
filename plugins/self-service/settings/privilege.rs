//! Privilege: how one signs in is changed only by whoever signed in a moment ago, for a browser
//! left open must not be enough to add a way in.

use axum::response::{IntoResponse, Redirect, Response};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, Transport},
    principal::Principal,
};
use portcullis_kit::{Failure, Wants};

use crate::desk::Desk;

/// The answer when the session is too old for a change: to sign in again and come back to the same
/// flow. `None` when it is young enough.
pub(super) fn lacking(
    desk: &Desk,
    principal: &Principal,
    flow: &Flow,
    wants: Wants,
) -> Result<Option<Response>, Failure> {
    let age = desk
        .now()
        .duration_since(principal.session.authenticated_at);
    let most = desk.config.settings.privileged_session_max_age;
    if !age.is_negative() && age.unsigned_abs() <= most {
        return Ok(None);
    }
    let page = desk.refresh_page(&desk.flow_page(flow.kind, flow.id));
    match (flow.transport, wants) {
        (Transport::Browser, Wants::Html) => Ok(Some(Redirect::to(&page).into_response())),
        _ => Err(Failure::from(Code::SessionTooOld).member("redirect_browser_to", page)),
    }
}
