//! Submitting the registration form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{flow::FlowKind, message::Message};
use portcullis_kit::{Outcome, Visit};
use serde_json::Value;

use super::{draft, init::disabled, is_open, local};
use crate::{
    captcha, departure,
    desk::Desk,
    login::init::already,
    remembered,
    submission::{Opened, Submission},
};

/// Answers a submission of the registration form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let submission = match Submission::open(&desk, &visit, FlowKind::Registration).await? {
        Opened::Ready(submission) => submission,
        Opened::Answered(response) => return Ok(response),
    };
    if !is_open(&desk, &submission.flow) {
        return Err(disabled(&desk));
    }
    if visit.visitor.principal.is_some() {
        return already(&desk, &visit, submission.flow.return_to.as_deref());
    }
    if draft::is_in(&submission.flow) {
        return draft::complete(&desk, &visit, submission).await;
    }
    let provider = submission.text("provider").map(str::to_owned);
    let method = match (submission.text("method"), provider) {
        (None | Some("oidc"), Some(provider))
            if remembered::identity_schema(&submission.flow).is_none() =>
        {
            return departure::leave(&desk, &visit, &submission, &provider).await;
        }
        _ if let Some(objection) = captcha::objection(&desk, &visit, &submission).await? => {
            return submission.reject(&desk, vec![(None, objection)]).await;
        }
        (method, _) => method.and_then(|name| desk.method(name)),
    };
    match method {
        Some(method) => local::register(&desk, &visit, &**method, submission).await,
        None => {
            let unknown = Message::error(
                4_010_003,
                "There is no such way to register here. Please choose one of the form's.",
                Value::Null,
            );
            submission.reject(&desk, vec![(None, unknown)]).await
        }
    }
}
