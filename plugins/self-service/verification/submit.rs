//! Submitting the verification form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{catalogue::Code, flow::FlowKind, message::Message};
use portcullis_kit::{Failure, Outcome, Visit};

use crate::{
    codes::{
        awaited::Awaited,
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

/// A link that would prove the first address of an identity counts in the browser that asked for it, and
/// for whoever is signed in. Anywhere else it may be a stranger who has registered with the address,
/// and who would keep what they have put there.
async fn require_own(desk: &Desk, submission: &Submission, proved: &Proved) -> Result<(), Failure> {
    let own = submission.csrf.as_ref().map(|csrf| csrf.hash());
    let is_here = submission.flow.csrf_hash.is_some() && submission.flow.csrf_hash == own;
    let person = submission.principal.as_ref().map(|one| one.identity.id);
    if proved.proof != MailedProof::Link || is_here || person == Some(proved.holder.identity) {
        return Ok(());
    }
    let found = desk
        .services
        .identities
        .find(proved.holder.identity)
        .await?;
    let is_known = found.is_none_or(|one| one.addresses.iter().any(|a| a.verified_at.is_some()));
    match is_known {
        true => Ok(()),
        false => Err(Failure::from(Code::SignedOut)
            .because("Please sign in in this browser first, then ask for another link.")
            .way_out(
                "Sign in",
                desk.begin_page(FlowKind::Login, Some(&desk.own("/profile"))),
            )),
    }
}

/// Notes that the address is proved, and says so.
async fn settle(desk: &Desk, mut submission: Box<Submission>, proved: &Proved) -> Outcome {
    let kind = FlowKind::Verification;
    require_own(desk, &submission, proved).await?;
    let Some(identity) = proved.holder.settle(desk, kind).await? else {
        let complaint = prove::invalid(kind, proved.proof);
        return submission.reject(desk, vec![(None, complaint)]).await;
    };
    let signs_in = signs_in(&submission);
    let flow = &mut submission.flow;
    parked::take::<Awaited>(flow);
    flow.state = PASSED.to_owned();
    let (label, said) = match signs_in {
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
