//! Submitting the verification form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{flow::FlowKind, message::Message};
use portcullis_kit::{Outcome, Visit};

use super::own;
use crate::{
    codes::{
        awaited::Awaited,
        first_proof::{Lost, first_proof},
        prove::{self, Proved, Step},
        step::{PASSED, signs_in, step},
    },
    config::MailedProof,
    desk::Desk,
    forms::mailed,
    parked, remembered,
    submission::Submission,
};

/// Answers a submission of the verification form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    match step(&desk, &visit, FlowKind::Verification).await? {
        Step::Answered(response) => Ok(response),
        Step::Proved(submission, proved) => settle(&desk, submission, &proved).await,
    }
}

/// Notes that the address is proved, and says so. Where nothing was proved before, what whoever
/// registered has put there goes, unless it is they who prove it.
async fn settle(desk: &Desk, mut submission: Box<Submission>, proved: &Proved) -> Outcome {
    let kind = FlowKind::Verification;
    let brought = (&proved.holder, proved.proof);
    let lost = match own::require(desk, &submission, brought).await? {
        true => Some(Lost::of(desk, kind, &proved.holder).await?),
        false => None,
    };
    let settled = match lost {
        Some(lost) => first_proof(desk, (kind, &proved.holder), lost).await?,
        None => proved.holder.settle(desk, kind).await?,
    };
    let Some(identity) = settled else {
        let complaint = prove::invalid(kind, proved.proof);
        return submission.reject(desk, vec![(None, complaint)]).await;
    };
    let identity = match lost {
        Some(lost) => lost.settle(desk, identity).await?,
        None => identity,
    };
    let signs_in = signs_in(&submission);
    let flow = &mut submission.flow;
    parked::take::<Awaited>(flow);
    flow.state = PASSED.to_owned();
    let (label, said) = match signs_in {
        true if lost.is_some() => {
            remembered::get_back_in(flow);
            (Message::go_on(), Message::verified_anew())
        }
        true => (Message::sign_in(), Message::verified_signed_out()),
        false => (Message::go_on(), Message::verified()),
    };
    flow.ui.nodes = mailed::passed(label);
    let address = proved.holder.address.as_ref().map(|(_, value)| value);
    if let Some(address) = address.filter(|one| identity.identifiers.contains(one)) {
        remembered::sign_in_with(flow, address);
    }
    if proved.proof == MailedProof::Link {
        // The browser that began it shows it as well as the one that opened the link.
        flow.csrf_hash = None;
    }
    submission.accept(desk, said).await
}
