//! After signing out: coming back from a provider, and the page that says it is done.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use portcullis_core::{flow::FlowKind, id::ProviderId, secret::TokenHash};
use portcullis_kit::{Failure, NoticePage, Outcome, Visit, WayOut};

use super::elsewhere::{LIFESPAN, Returning, open};
use crate::{
    csrf::Csrf,
    desk::{Desk, with_query},
    language, return_to,
};

/// The query parameter that names the provider at which somebody is signed in still.
const STILL: &str = "still";
/// The query parameter that says that an account is gone.
pub(crate) const DELETED: &str = "deleted";

/// Sends the browser on to where it wanted to be. A state that does not hold sends it nowhere: it
/// is signed out here either way.
pub(crate) async fn arrive(
    State(desk): State<Arc<Desk>>,
    Path(provider): Path<String>,
    visit: Visit,
) -> Outcome {
    let returning = visit.query("state").and_then(|state| open(&desk, state));
    let returning = returning.filter(|one| one.provider.as_str() == provider);
    if let Some(returning) = returning
        && is_welcome(&desk, &visit, &returning).await?
    {
        let target = returning
            .return_to
            .unwrap_or_else(|| ended_page(&desk, None, None));
        return Ok(Redirect::to(&target).into_response());
    }
    Ok(goodbye(&desk, &visit, None, None))
}

/// The page that says it is done, at which provider somebody is `still` signed in, and where they
/// wanted to go on to.
pub(super) fn ended_page(
    desk: &Desk,
    still: Option<&ProviderId>,
    return_to: Option<&str>,
) -> String {
    let still = still.map(|id| (STILL, id.as_str()));
    let return_to = return_to.map(|url| ("return_to", url));
    let parameters: Vec<_> = still.into_iter().chain(return_to).collect();
    let page = desk.own("/signed-out");
    match parameters.is_empty() {
        true => page,
        false => with_query(&page, &parameters),
    }
}

/// Says that the session here has ended.
pub(crate) async fn page(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    if visit.visitor.principal.is_some() {
        let start = language::of_page(&visit, &desk.own("/"));
        return Ok(Redirect::to(&start).into_response());
    }
    if visit.query(DELETED).is_some() {
        return Ok(farewell(&desk, &visit));
    }
    let id = visit.query(STILL).and_then(|id| id.parse().ok());
    let still = id.and_then(|id| desk.services.broker.find(&id).ok());
    let label = still.as_ref().map(|provider| provider.label.as_str());
    let on = return_to::lenient(&desk, &visit).map(|url| WayOut::new("Continue", url));
    Ok(goodbye(&desk, &visit, label, on))
}

/// The page itself, with the way `on`: to sign in again, when nobody wanted to go elsewhere.
pub(super) fn goodbye(
    desk: &Desk,
    visit: &Visit,
    still: Option<&str>,
    on: Option<WayOut>,
) -> Response {
    let sign_in = || WayOut::new("Sign in", desk.begin_page(FlowKind::Login, None));
    let (title, lead) = match still {
        Some(label) => (
            "You are signed out here",
            format!(
                "You are still signed in at {label}. On a device that others use too, sign out \
                 there as well."
            ),
        ),
        None => ("You are signed out", "Sign in to go on.".to_owned()),
    };
    let locale = language::of_visit(desk, visit);
    let page = NoticePage {
        title,
        lead: &locale.text(&lead),
        facts: &[],
        ways_out: &[on.unwrap_or_else(sign_in)],
    };
    let page = desk.shell.notice_page(&locale, &page);
    Html(page).into_response()
}

/// Says that the account is gone.
fn farewell(desk: &Desk, visit: &Visit) -> Response {
    let locale = language::of_visit(desk, visit);
    let lead = "Everything that belonged to it is gone, and you are signed out everywhere.";
    let page = NoticePage {
        title: "Your account is deleted",
        lead: &locale.text(lead),
        facts: &[],
        ways_out: &[WayOut::new("Continue", desk.home())],
    };
    Html(desk.shell.notice_page(&locale, &page)).into_response()
}

/// Whether the state came back in time, for the first time, with the browser it was given to.
async fn is_welcome(desk: &Desk, visit: &Visit, returning: &Returning) -> Result<bool, Failure> {
    let until = returning.issued_at + LIFESPAN;
    let own = returning.csrf == Csrf::of(desk, visit).map(|csrf| csrf.hash());
    if !own || desk.now() >= until {
        return Ok(false);
    }
    let once = TokenHash::of(&format!("signed-out:{}", returning.nonce));
    Ok(desk.services.flows.claim_once(&once, until).await?)
}
