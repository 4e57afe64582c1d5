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
    captcha,
    config::MailedProof,
    desk::Desk,
    forms::{self, mailed::EMAIL},
    navigate, parked, remembered,
    start::NewFlow,
    submission::{Opened, Submission, token},
    throttle,
};

/// The state of a flow whose proof was right.
pub(crate) const PASSED: &str = "passed_challenge";

/// The field of what people sign in with.
const IDENTIFIER: &str = "identifier";

/// Reads a submission to a flow of this kind and does what it asks for.
pub(crate) async fn step(desk: &Desk, visit: &Visit, kind: FlowKind) -> Result<Step, Failure> {
    let submission = match Submission::open(desk, visit, kind).await? {
        Opened::Ready(submission) => submission,
        Opened::Answered(response) => return Ok(Step::Answered(response)),
    };
    if submission.flow.state == PASSED {
        let answer = go_on(desk, visit, &submission).await;
        return answer.map(Step::Answered);
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
    if let Some(objection) = captcha::objection(desk, visit, &submission).await? {
        let answer = submission.reject(desk, vec![(None, objection)]).await;
        return answer.map(Step::Answered);
    }
    send::send(desk, visit, submission)
        .await
        .map(Step::Answered)
}

/// Whether whoever leaves a flow that is done signs in next.
pub(crate) fn signs_in(submission: &Submission) -> bool {
    submission.flow.transport == Transport::Browser && submission.principal.is_none()
}

/// Leaves a flow that is done.
async fn go_on(desk: &Desk, visit: &Visit, submission: &Submission) -> Outcome {
    let flow = &submission.flow;
    if flow.transport == Transport::Api {
        return Ok(Json(submission.json(desk)).into_response());
    }
    if signs_in(submission) && remembered::gets_back_in(flow) {
        let begin = desk.begin_page(FlowKind::Recovery, flow.return_to.as_deref());
        return navigate::to(submission.wants, &begin);
    }
    if signs_in(submission) {
        return sign_in(desk, visit, submission).await;
    }
    let home = desk.home();
    navigate::to(submission.wants, flow.return_to.as_deref().unwrap_or(&home))
}

/// Begins to sign in with what was proved.
async fn sign_in(desk: &Desk, visit: &Visit, submission: &Submission) -> Outcome {
    throttle::flow(desk, visit).await?;
    let (kind, from) = (FlowKind::Login, &submission.flow);
    let mut form = forms::usual(desk, visit, (kind, &[])).await?;
    for input in form.nodes.iter_mut().map(|node| &mut node.attributes) {
        if input.name == IDENTIFIER {
            input.value = remembered::identifier(from).map(Into::into);
        }
    }
    let new = NewFlow {
        csrf_hash: submission.csrf.as_ref().map(|csrf| csrf.hash()),
        ..NewFlow::after(from, kind, form)
    };
    let flow = new.start(desk).await?;
    navigate::to(submission.wants, &desk.flow_page(kind, flow.id))
}
