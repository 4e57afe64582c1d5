//! Privilege: how one signs in is changed only by whoever proved a moment ago who they are, for a
//! browser left open, or remembered by a provider, must not be enough to add a way in.

use axum::response::{IntoResponse, Redirect, Response};
use portcullis_core::{action::Action, catalogue::Code, flow::Transport, principal::Principal};
use portcullis_kit::{Failure, Wants};

use super::waiting;
use crate::{desk::Desk, submission::Submission};

/// The answer when the session's proof is too old for a change: to prove again who one is. A
/// browser's change waits for that. `None` when the proof is young enough, also for the action that
/// the change amounts to.
pub(super) async fn lacking(
    desk: &Desk,
    principal: &Principal,
    submission: &mut Submission,
    action: Option<Action>,
) -> Result<Option<Response>, Failure> {
    let most = desk.config.settings.privileged_session_max_age;
    let of_action = action.and_then(|action| desk.services.actions.settings(action));
    let most = of_action.map_or(most, |settings| most.min(settings.max_auth_age));
    let proved_at = principal.session.proved_at();
    let age = proved_at.map(|at| desk.now().duration_since(at));
    let is_young = age.is_some_and(|age| !age.is_negative() && age.unsigned_abs() <= most);
    match is_young || submission.is_proved {
        true => Ok(None),
        false => demand(desk, principal, submission).await.map(Some),
    }
}

/// Asks for a proof, whatever the age of the session.
pub(super) async fn demand(
    desk: &Desk,
    principal: &Principal,
    submission: &mut Submission,
) -> Result<Response, Failure> {
    if submission.flow.transport == Transport::Browser {
        waiting::park(desk, principal, submission)?;
    }
    desk.services.flows.put(&submission.flow).await?;
    let page = desk.confirm_page(submission.flow.id, &waiting::page(desk, &submission.flow));
    match (submission.flow.transport, submission.wants) {
        (Transport::Browser, Wants::Html) => Ok(Redirect::to(&page).into_response()),
        _ => Err(Failure::from(Code::SessionTooOld).member("redirect_browser_to", page)),
    }
}
