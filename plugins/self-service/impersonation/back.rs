//! The way back: an administrator who has stopped acting as somebody else goes on in their own
//! session, if their browser still keeps it, at the page that they came from.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use portcullis_core::{id::SessionId, impersonation};
use portcullis_kit::{Failure, Visit, Wants};

use crate::{desk::Desk, language, navigate::with_cookie};

/// The answer that gives an administrator their own session back once the one they acted in has
/// `ended` (without its name, any that has), and leads to `return_to`, else to where they came from. `None` when there is nothing to
/// give back.
pub(crate) async fn answer(
    desk: &Desk,
    visit: &Visit,
    (ended, return_to): (Option<SessionId>, Option<&str>),
) -> Result<Option<Response>, Failure> {
    let services = &desk.services;
    let cookies = &services.cookies;
    let Some(parked) = visit.cookie(cookies.parked()) else {
        return Ok(None);
    };
    let restored = impersonation::restore(services, parked, ended).await?;
    let Some((session, token)) = restored else {
        return Ok(None);
    };
    let before = || impersonation::came_from(services, parked);
    let page = return_to.map(str::to_owned).or_else(before);
    let page = page.unwrap_or_else(|| language::of_page(visit, &desk.own("/")));
    let response = match visit.wants() {
        Wants::Html => Redirect::to(&page).into_response(),
        Wants::Json => StatusCode::NO_CONTENT.into_response(),
    };
    let left = session.expires_at.duration_since(desk.now()).unsigned_abs();
    let own = cookies.set(cookies.session(), token.expose(), left);
    let response = with_cookie(response, &own);
    Ok(Some(with_cookie(
        response,
        &cookies.delete(cookies.parked()),
    )))
}
