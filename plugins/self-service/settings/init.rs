//! Beginning to change one's settings.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use portcullis_core::{catalogue::Code, flow::FlowKind, principal::Principal};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use crate::{
    actions,
    desk::{Desk, with_query},
    fetch,
    init::{self, Opening},
    remembered,
};

/// Begins a browser's settings flow; whoever is not signed in does that first.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let begin = sign_in_page(&desk, &visit)?;
    if let Some(principal) = &visit.visitor.principal
        && fetch::is_too_weak(&desk, principal)
    {
        return fetch::step_up(&desk, &visit, &here(&desk, &visit));
    }
    if let Some(principal) = &visit.visitor.principal
        && let Some(answer) = actions::begin::browser(&desk, &visit, principal).await
    {
        return answer;
    }
    match (&visit.visitor.principal, visit.wants()) {
        (Some(principal), _) => {
            init::browser(&desk, &visit, FlowKind::Settings, opening(principal)).await
        }
        (None, Wants::Html) => Ok(Redirect::to(&begin).into_response()),
        (None, Wants::Json) => Err(Failure::from(Code::SignedOut)
            .member("redirect_browser_to", begin)
            .because("Only somebody who is signed in has settings.")),
    }
}

/// Leads password managers to where a password is changed.
pub(crate) async fn change_password(State(desk): State<Arc<Desk>>) -> Redirect {
    Redirect::to(&desk.begin_page(FlowKind::Settings, None))
}

/// Begins a native client's settings flow.
pub(crate) async fn native(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = visit.visitor.principal.clone().ok_or(Code::SignedOut)?;
    if fetch::is_too_weak(&desk, &principal) {
        return Err(fetch::too_weak(
            &desk,
            &desk.begin_page(FlowKind::Settings, None),
        ));
    }
    if let Some(answer) = actions::begin::native(&desk, &visit, &principal).await {
        return answer;
    }
    init::native(&desk, &visit, FlowKind::Settings, opening(&principal)).await
}

fn opening(principal: &Principal) -> Opening {
    Opening {
        context: remembered::owner(principal.identity.id),
        ..Opening::default()
    }
}

/// Where to sign in, to come back here with the same query.
fn sign_in_page(desk: &Desk, visit: &Visit) -> Result<String, Failure> {
    if let Some(page) = actions::begin::after_sign_in(desk, visit)? {
        return Ok(desk.begin_page(FlowKind::Login, Some(&page)));
    }
    Ok(desk.begin_page(FlowKind::Login, Some(&here(desk, visit))))
}

/// The address of this visit.
fn here(desk: &Desk, visit: &Visit) -> String {
    let here = desk.begin_page(FlowKind::Settings, None);
    let parameters = visit.parameters().iter();
    let parameters: Vec<(&str, &str)> = parameters
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    match parameters.is_empty() {
        true => here,
        false => with_query(&here, &parameters),
    }
}
