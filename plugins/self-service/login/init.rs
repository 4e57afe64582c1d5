//! Beginning to sign in.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use portcullis_core::{catalogue::Code, flow::FlowKind, message::Message, principal::Principal};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{step_up, step_up::wants_refresh, ways};
use crate::{
    actions,
    desk::Desk,
    impersonation,
    init::{self, Opening},
    navigate, remembered, return_to,
    settings::resume,
    sign_in_loop,
};

/// Begins a browser's login flow.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    check_demands(&desk, &visit)?;
    if let Some(answer) = back(&desk, &visit).await? {
        return Ok(answer);
    }
    let opening = match &visit.visitor.principal {
        Some(principal) if step_up::is_wanted(&visit) => {
            if step_up::is_taken(&desk, &visit, principal) {
                return already(&desk, &visit, return_to::lenient(&desk, &visit).as_deref());
            }
            match step_up::opening(&desk, principal).await? {
                Some(opening) => opening,
                None => return step_up::set_up(&desk, &visit),
            }
        }
        Some(principal) if wants_refresh(&visit) => refresh(&desk, &visit, principal).await?,
        Some(principal) => {
            if let Some(page) = actions::begin::straight(&desk, &visit) {
                return navigate::to(visit.wants(), &page);
            }
            let return_to = return_to::lenient(&desk, &visit);
            sign_in_loop::check_bounce(&desk, &visit, principal, return_to.as_deref()).await?;
            return already(&desk, &visit, return_to.as_deref());
        }
        None => {
            sign_in_loop::check_sign_ins(&desk, &visit)?;
            Opening {
                return_to: actions::begin::after_sign_in(&desk, &visit)?,
                ..Opening::default()
            }
        }
    };
    init::browser(&desk, &visit, FlowKind::Login, opening).await
}

/// The way back of an administrator whose time to act as somebody else is over: they are told who
/// they are, rather than led on as somebody else than they were.
async fn back(desk: &Desk, visit: &Visit) -> Result<Option<Response>, Failure> {
    match (&visit.visitor.principal, visit.wants()) {
        (None, Wants::Html) => impersonation::back::answer(desk, visit, (None, None)).await,
        _ => Ok(None),
    }
}

/// Begins a native client's login flow.
pub(crate) async fn native(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    check_demands(&desk, &visit)?;
    let opening = match &visit.visitor.principal {
        Some(principal) if step_up::is_wanted(&visit) => {
            match step_up::opening(&desk, principal).await? {
                Some(opening) => opening,
                None => return Err(step_up::none()),
            }
        }
        Some(principal) if wants_refresh(&visit) => refresh(&desk, &visit, principal).await?,
        Some(_) => return Err(Code::SessionAlreadyAvailable.into()),
        None => Opening::default(),
    };
    init::native(&desk, &visit, FlowKind::Login, opening).await
}

/// The answer to somebody who is signed in already.
pub(crate) fn already(desk: &Desk, visit: &Visit, return_to: Option<&str>) -> Outcome {
    match visit.wants() {
        Wants::Json => Err(Code::SessionAlreadyAvailable.into()),
        Wants::Html => {
            let home = desk.home();
            Ok(Redirect::to(return_to.unwrap_or(&home)).into_response())
        }
    }
}

async fn refresh(desk: &Desk, visit: &Visit, principal: &Principal) -> Result<Opening, Failure> {
    let waits = visit.query("waits").and_then(|id| id.parse().ok());
    let form = ways::own(desk, &principal.identity).await?;
    // It may not be them who has begun what waits for it.
    let released = match waits {
        Some(id) => resume::told(desk, id, principal.identity.id).await?,
        None => None,
    };
    let (mark, warning) = released.unzip();
    let messages = [Some(Message::reauthenticate()), warning.flatten()];
    Ok(Opening {
        context: remembered::refresh(principal, waits, mark.as_deref()),
        messages: messages.into_iter().flatten().collect(),
        form: Some(form),
        ..Opening::default()
    })
}

/// Refuses what cannot be had here, rather than signing somebody in less strongly than asked.
fn check_demands(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    if visit.query("login_challenge").is_some() {
        return Err(Failure::from(Code::BadRequest)
            .because("Login challenges of an OAuth 2.0 server cannot be answered here."));
    }
    match (visit.query("aal"), &visit.visitor.principal) {
        (Some("aal1"), Some(_)) if visit.wants() == Wants::Json && !wants_refresh(visit) => {
            Err(Code::SessionAlreadyFulfilled.into())
        }
        (None | Some("aal1"), _) => Ok(()),
        (Some("aal2"), None) => Err(Code::SessionTooWeak.into()),
        (Some("aal2"), Some(principal))
            if visit.wants() == Wants::Json && step_up::is_taken(desk, visit, principal) =>
        {
            Err(Code::SessionAlreadyFulfilled.into())
        }
        (Some("aal2"), Some(_)) => Ok(()),
        (Some(_), _) => {
            Err(Failure::from(Code::BadRequest).because("The aal must be aal1 or aal2."))
        }
    }
}
