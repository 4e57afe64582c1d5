//! Submitting the settings form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{flow::FlowKind, message::Message};
use portcullis_kit::{Outcome, Visit};
use serde_json::Value;

use super::{moving, privilege, unlink};
use crate::{
    actions, departure,
    desk::Desk,
    fetch, remembered,
    submission::{Opened, Submission},
};

/// Answers a submission of the settings form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let mut submission = match Submission::open(&desk, &visit, FlowKind::Settings).await? {
        Opened::Ready(submission) => submission,
        Opened::Answered(response) => return Ok(response),
    };
    let principal = fetch::owned(&desk, &visit, &submission.flow)?;
    if let Some(action) = remembered::action(&submission.flow) {
        return actions::submit::submit(&desk, principal, submission, action).await;
    }
    let field = |name: &str| {
        let text = submission.text(name).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    if moving::is_in(&submission.flow) && field(moving::KEEP).is_some() {
        return moving::keep(&desk, principal, submission).await;
    }
    let moves = moving::is_in(&submission.flow) && field(moving::MOVE).is_some();
    let (link, unlink) = (field("link"), field("unlink"));
    if !moves && link.is_none() && unlink.is_none() {
        let unknown = Message::error(
            4_010_004,
            "This cannot be changed here. Please choose one of the buttons of this page.",
            Value::Null,
        );
        return submission.reject(&desk, vec![(None, unknown)]).await;
    }
    if let Some(answer) = privilege::lacking(&desk, principal, &mut submission).await? {
        return Ok(answer);
    }
    submission.flow.active = Some("oidc".to_owned());
    if moves {
        return moving::go(&desk, principal, submission).await;
    }
    match (link, unlink) {
        (Some(provider), _) => departure::leave(&desk, &visit, &submission, &provider).await,
        (None, unlink) => {
            let named = unlink.unwrap_or_default();
            unlink::unlink(&desk, principal, submission, &named).await
        }
    }
}
