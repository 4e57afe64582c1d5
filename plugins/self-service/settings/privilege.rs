//! Privilege: how one signs in is changed only by whoever proved a moment ago who they are, for a
//! browser left open, or remembered by a provider, must not be enough to add a way in.

use axum::response::{IntoResponse, Redirect, Response};
use portcullis_core::{catalogue::Code, flow::Transport, message::Message, principal::Principal};
use portcullis_kit::{Failure, Wants};

use crate::{desk::Desk, submission::Submission};

/// The answer when the session's proof is too old for a change: to prove it again and come back to the same
/// flow. `None` when it is young enough.
pub(super) async fn lacking(
    desk: &Desk,
    principal: &Principal,
    submission: &mut Submission,
) -> Result<Option<Response>, Failure> {
    let most = desk.config.settings.privileged_session_max_age;
    let proved_at = principal.session.proved_at();
    let age = proved_at.map(|at| desk.now().duration_since(at));
    if age.is_some_and(|age| !age.is_negative() && age.unsigned_abs() <= most) {
        return Ok(None);
    }
    let flow = &submission.flow;
    let page = desk.refresh_page(&desk.flow_page(flow.kind, flow.id));
    match (flow.transport, submission.wants) {
        (Transport::Browser, Wants::Html) => {
            remind(desk, submission).await?;
            Ok(Some(Redirect::to(&page).into_response()))
        }
        _ => Err(Failure::from(Code::SessionTooOld).member("redirect_browser_to", page)),
    }
}

/// Lets the form say, when the browser is back, what it was that somebody wanted.
async fn remind(desk: &Desk, submission: &mut Submission) -> Result<(), Failure> {
    let chosen = ["link", "unlink"].iter().find_map(|name| {
        let value = submission.text(name).filter(|text| !text.is_empty())?;
        let nodes = submission.flow.ui.nodes.iter();
        let mut buttons = nodes.filter(|node| {
            let input = &node.attributes;
            input.name == *name && input.value.as_ref().and_then(|v| v.as_str()) == Some(value)
        });
        Some(buttons.next()?.meta.label.as_ref()?.text.clone())
    });
    if let Some(label) = chosen {
        submission.flow.ui.messages = vec![Message::choose_again(&label)];
        desk.services.flows.put(&submission.flow).await?;
    }
    Ok(())
}
