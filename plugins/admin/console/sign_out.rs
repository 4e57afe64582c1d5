//! Signing out of the console, which ends the session itself.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect},
};
use http::{HeaderValue, Method, header::SET_COOKIE};
use portcullis_core::{catalogue::Code, event::Event};
use portcullis_kit::{NoticePage, Outcome, Visit, WayOut};

use super::{HOME, pages::Pages, view};
use crate::{access::console_session, desk::Desk, need::Need};

/// Where it is done.
const PATH: &str = "/ui/sign-out";
/// The page that tells of it.
const DONE: &str = "/ui/signed-out";

/// Adds both to the table. Whoever is signed out already signs out all the same.
pub(crate) fn pages(table: Pages) -> Pages {
    table.at((Method::POST, PATH), Need::Anybody, submit).at(
        (Method::GET, DONE),
        Need::Anybody,
        done,
    )
}

async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    if let Some(principal) = console_session::principal(&desk, &visit.headers).await? {
        let (identity, session) = (principal.identity.id, principal.session.id);
        desk.services.sessions.store().revoke(session).await?;
        let event = Event::SignedOut { identity, session };
        desk.services.announcer.announce(&event);
    }
    let cookie = console_session::delete_cookie(&desk);
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| Code::Internal)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(DONE)).into_response())
}

async fn done(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let locale = view::locale(&desk, &visit);
    let page = NoticePage {
        title: "You are signed out",
        lead: &locale.text("Your session has ended, here and at the gateway."),
        facts: &[],
        ways_out: &[WayOut::new("Sign in", HOME)],
    };
    Ok(Html(desk.shell.notice_page(&locale, &page)).into_response())
}
