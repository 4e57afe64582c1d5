//! Submitting the login form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{flow::FlowKind, message::Message};
use portcullis_kit::{Outcome, Visit};
use serde_json::Value;

use super::{code, init::already, local, mailed, passwordless, second, ways};
use crate::{
    captcha, departure,
    desk::Desk,
    factors, remembered,
    submission::{Opened, Submission},
};

/// The method of passkeys.
const PASSKEY: &str = "passkey";

/// Answers a submission of the login form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let submission = match Submission::open(&desk, &visit, FlowKind::Login).await? {
        Opened::Ready(submission) => submission,
        Opened::Answered(response) => return Ok(response),
    };
    let flow = &submission.flow;
    if remembered::steps_up(flow) {
        return second::submit(&desk, &visit, submission).await;
    }
    let proves = remembered::proves(flow);
    if visit.visitor.principal.is_some() && !proves {
        return already(&desk, &visit, submission.flow.return_to.as_deref());
    }
    if proves && code::is_meant(&submission) {
        return code::submit(&desk, &visit, submission).await;
    }
    // Whoever proves something does so in one of the ways that the form offers.
    let provider = submission.text("provider").map(str::to_owned);
    let provider = provider.filter(|id| !proves || ways::offers(flow, id));
    let method = match (submission.text("method"), provider) {
        (None | Some("oidc"), Some(provider)) => {
            return departure::leave(&desk, &visit, &submission, &provider).await;
        }
        // Nobody guesses what a passkey signs, and its form has nothing else in it.
        (Some(PASSKEY), _) if let Some(alone) = factors::alone(&desk, PASSKEY) => {
            return passwordless::sign_in(&desk, &visit, alone, submission).await;
        }
        _ if mailed::is_meant(&desk, &submission) && mailed::brings_code(&submission) => {
            return mailed::submit(&desk, &visit, submission).await;
        }
        _ if let Some(objection) = captcha::objection(&desk, &visit, &submission).await? => {
            return submission.reject(&desk, vec![(None, objection)]).await;
        }
        _ if !proves && mailed::is_meant(&desk, &submission) => {
            return mailed::submit(&desk, &visit, submission).await;
        }
        (Some(name), _) if let Some(alone) = factors::alone(&desk, name) => {
            return passwordless::sign_in(&desk, &visit, alone, submission).await;
        }
        // Where a code is on its way, the form asks for nothing else, nor for a captcha.
        _ if code::is_sent(&submission.flow) || mailed::is_sent(&submission.flow) => None,
        (method, _) => method.and_then(|name| desk.method(name)),
    };
    match method {
        Some(method) => local::sign_in(&desk, &visit, &**method, submission).await,
        None => {
            let unknown = Message::error(
                4_010_002,
                "There is no such way to sign in here. Please choose one of the form's.",
                Value::Null,
            );
            submission.reject(&desk, vec![(None, unknown)]).await
        }
    }
}
