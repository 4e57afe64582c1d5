//! Beginning to sign out: programs get the address that does it, people are asked.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Json, Redirect},
};
use portcullis_core::{catalogue::Code, flow::FlowKind};
use portcullis_kit::{NoticePage, Outcome, Visit, Wants, WayOut, names_html};
use serde_json::json;

use super::{token, url};
use crate::{desk::Desk, return_to};

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
            false => Err(portcullis_kit::Failure::from(Code::SignedOut)
                .way_out("Sign in", desk.begin_page(FlowKind::Login, None))),
        };
    };
    let token = token(&desk, principal.session.id)?;
    let url = url(&desk, &token, return_to.as_deref());
    if !person {
        return Ok(Json(json!({"logout_url": url, "logout_token": token})).into_response());
    }
    let page = desk.shell.notice_page(&NoticePage {
        title: "Sign out?",
        lead: "You will have to sign in again to go on.",
        facts: &[],
        ways_out: &[
            WayOut::new("Sign out", url),
            WayOut::new("Stay signed in", desk.home()),
        ],
    });
    Ok(Html(page).into_response())
}
