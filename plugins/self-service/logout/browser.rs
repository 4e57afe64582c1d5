//! Beginning to sign out: programs get the address that does it, people are asked.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Json, Redirect},
};
use portcullis_core::{
    catalogue::Code, flow::FlowKind, principal::Principal, provider::SignOutScope,
};
use portcullis_kit::{Failure, NoticePage, Outcome, Visit, Wants, WayOut, names_html};
use serde_json::json;

use super::{TOLD, UPSTREAM, elsewhere::Elsewhere, token, url};
use crate::{
    desk::{Desk, with_query},
    impersonation::STOP,
    language, return_to,
};

/// Answers with the address that signs out. A person is asked first: a link on another site must
/// not sign anybody out.
pub(crate) async fn begin(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let person = visit.wants() == Wants::Html && names_html(&visit.headers);
    let return_to = match person {
        true => return_to::lenient(&desk, &visit),
        false => return_to::strict(&desk, &visit)?,
    };
    let Some(principal) = &visit.visitor.principal else {
        return match person {
            true => Ok(Redirect::to(&return_to.unwrap_or_else(|| desk.home())).into_response()),
            false => Err(Failure::from(Code::SignedOut)
                .way_out("Sign in", desk.begin_page(FlowKind::Login, None))),
        };
    };
    let token = token(&desk, principal.session.id)?;
    let url = url(&desk, &token, return_to.as_deref());
    if !person {
        return Ok(Json(json!({"logout_url": url, "logout_token": token})).into_response());
    }
    let url = with_query(&url, &[(TOLD, "true")]);
    let (lead, ways_out) = choices(&desk, principal, url).await?;
    let title = match principal.session.acting {
        Some(_) => "Act as yourself again?",
        None => "Sign out?",
    };
    let locale = language::of_visit(&desk, &visit);
    let page = NoticePage {
        title,
        lead: &locale.text(&lead),
        facts: &[],
        ways_out: &ways_out,
    };
    let page = desk.shell.notice_page(&locale, &page);
    Ok(Html(page).into_response())
}

/// What there is to choose, and what becomes of the provider's own session.
async fn choices(
    desk: &Desk,
    principal: &Principal,
    url: String,
) -> Result<(String, Vec<WayOut>), Failure> {
    if principal.session.acting.is_some() {
        let lead = "You go on as yourself, where this browser still keeps your own session.";
        let go_on = WayOut::new("Go on acting", desk.home());
        return Ok((lead.to_owned(), vec![WayOut::new(STOP, url), go_on]));
    }
    let again = "You will have to sign in again to go on.";
    let stay = WayOut::new("Stay signed in", desk.home());
    let Some(elsewhere) = Elsewhere::of(desk, principal.session.id).await else {
        return Ok((again.to_owned(), vec![WayOut::new("Sign out", url), stay]));
    };
    let label = elsewhere.label();
    let can_end = match elsewhere.scope() {
        SignOutScope::Local => elsewhere.is_able(),
        SignOutScope::Upstream | SignOutScope::Ask => {
            elsewhere.end_session(desk, None, None).await?.is_some()
        }
    };
    let too = || with_query(&url, &[(UPSTREAM, "true")]);
    Ok(match (elsewhere.scope(), can_end) {
        (SignOutScope::Ask, true) => (
            again.to_owned(),
            vec![
                WayOut::new("Sign out here", &url),
                WayOut::new(format!("Sign out at {label} too"), too()),
                stay,
            ],
        ),
        (SignOutScope::Upstream, true) => (
            format!("You will be signed out at {label} too."),
            vec![WayOut::new("Sign out", url), stay],
        ),
        (SignOutScope::Local, true) => (
            format!(
                "{again} You stay signed in at {label}: this signs you out here only. On a device \
                 that others use too, sign out at {label} as well."
            ),
            vec![WayOut::new("Sign out", url), stay],
        ),
        (_, false) => (
            format!(
                "{again} You stay signed in at {label}: it cannot be signed out from here. On a \
                 device that others use too, sign out at {label} as well."
            ),
            vec![WayOut::new("Sign out", url), stay],
        ),
    })
}
