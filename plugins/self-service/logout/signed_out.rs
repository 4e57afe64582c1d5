//! Coming back from signing out at a provider.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect},
};
use portcullis_core::{flow::FlowKind, secret::TokenHash};
use portcullis_kit::{Failure, NoticePage, Outcome, Visit, WayOut};

use super::elsewhere::{LIFESPAN, Returning, open};
use crate::{csrf::Csrf, desk::Desk};

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
        let home = desk.home();
        let target = returning.return_to.as_deref().unwrap_or(&home);
        return Ok(Redirect::to(target).into_response());
    }
    let page = desk.shell.notice_page(&NoticePage {
        title: "You are signed out",
        lead: "Sign in to go on.",
        facts: &[],
        ways_out: &[WayOut::new(
            "Sign in",
            desk.begin_page(FlowKind::Login, None),
        )],
    });
    Ok(Html(page).into_response())
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
