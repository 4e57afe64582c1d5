//! Submitting the verification form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{flow::FlowKind, message::Message};
use portcullis_kit::{Outcome, Visit};

use crate::{
    codes::{
        awaited::Awaited,
        prove,
        step::{PASSED, Proved, Step, step},
    },
    config::MailedProof,
    desk::Desk,
    forms::mailed,
    parked,
    submission::Submission,
};

/// Answers a submission of the verification form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    match step(&desk, &visit, FlowKind::Verification).await? {
        Step::Answered(response) => Ok(response),
        Step::Proved(submission, proved) => settle(&desk, submission, &proved).await,
    }
}

/// Notes that the address is proved, and says so.
async fn settle(desk: &Desk, mut submission: Box<Submission>, proved: &Proved) -> Outcome {
    let kind = FlowKind::Verification;
    if proved.holder.settle(desk, kind).await?.is_none() {
        let complaint = prove::invalid(kind, proved.proof);
        return submission.reject(desk, vec![(None, complaint)]).await;
    }
    let flow = &mut submission.flow;
    parked::take::<Awaited>(flow);
    flow.state = PASSED.to_owned();
    flow.ui.nodes = mailed::passed();
    if proved.proof == MailedProof::Link {
        // The browser that began it shows it as well as the one that opened the link.
        flow.csrf_hash = None;
    }
    submission.accept(desk, Message::verified()).await
}
