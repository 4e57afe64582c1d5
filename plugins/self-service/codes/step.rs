//! One submission to a flow that mails a proof: it asks for one, or brings one.

use axum::response::{IntoResponse, Json};
use portcullis_core::flow::{FlowKind, Transport};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{
    awaited::Awaited,
    prove::{self, Step},
    send,
};
use crate::{
    config::MailedProof,
    desk::Desk,
    forms::mailed::EMAIL,
    navigate, parked,
    submission::{Opened, Submission, token},
};

/// The state of a flow whose proof was right.
pub(crate) const PASSED: &str = "passed_challenge";

/// Reads a submission to a flow of this kind and does what it asks for.
pub(crate) async fn step(desk: &Desk, visit: &Visit, kind: FlowKind) -> Result<Step, Failure> {
    let submission = match Submission::open(desk, visit, kind).await? {
        Opened::Ready(submission) => submission,
        Opened::Answered(response) => return Ok(Step::Answered(response)),
    };
    if submission.flow.state == PASSED {
        return go_on(desk, &submission).map(Step::Answered);
    }
    if let Some(token) = token(visit, kind, &submission.fields) {
        return prove::link(desk, submission, &token).await;
    }
    let asks = submission.text(EMAIL).is_some_and(|text| !text.is_empty());
    if !asks && parked::is_in::<Awaited>(&submission.flow) {
        let awaited: Awaited = parked::open(desk, &submission.flow)?;
        if awaited.proof == MailedProof::Code {
            return prove::code(desk, visit, submission, awaited).await;
        }
    }
    send::send(desk, visit, submission)
        .await
        .map(Step::Answered)
}

/// Leaves a flow that is done.
fn go_on(desk: &Desk, submission: &Submission) -> Outcome {
    let flow = &submission.flow;
    if flow.transport == Transport::Api {
        return Ok(Json(submission.json(desk)).into_response());
    }
    let home = desk.home();
    navigate::to(submission.wants, flow.return_to.as_deref().unwrap_or(&home))
}
