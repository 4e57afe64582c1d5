//! Whose proof it is: anybody can register with an address and have its owner written to, who may prove
//! it in passing.

use portcullis_core::{
    catalogue::Code,
    flow::FlowKind,
    identity::{Identity, IdentityState},
};
use portcullis_kit::Failure;

use crate::{
    addresses::is_doubtful,
    codes::{self, awaited::Holder},
    config::MailedProof,
    desk::Desk,
    newcomer, remembered,
    submission::Submission,
};

/// Whether this is the first proof of an identity, by whoever is neither signed in as it nor in the
/// flow that registered it: then what was put there is not to stay.
///
/// Fails where such a proof is not taken: of a link that was not asked for in this browser, of a
/// further address, and where whoever brings it would not get in by mail.
pub(crate) async fn require(
    desk: &Desk,
    submission: &Submission,
    (holder, proof): (&Holder, MailedProof),
) -> Result<bool, Failure> {
    let kind = FlowKind::Verification;
    if submission.flow.kind != kind || is_own(submission, holder, proof) {
        return Ok(false);
    }
    let found = desk.services.identities.find(holder.identity).await?;
    let found = found.filter(|one| one.state == IdentityState::Active);
    let Some(identity) = found.filter(|one| holder.is_first_proof(kind, one)) else {
        return Ok(false);
    };
    // Newcomers cannot sign in first.
    let is_here = || asks_here(submission, proof) || newcomer::is_one(desk, &identity);
    match is_taken(desk, &identity, holder) && is_here() {
        true => Ok(true),
        false => Err(Failure::from(Code::SignedOut)
            .because(
                "Please sign in in this browser first, then open the link again or ask for another \
                 code.",
            )
            .way_out(
                "Sign in",
                desk.begin_page(FlowKind::Login, Some(&desk.own("/profile"))),
            )),
    }
}

/// Whether whoever brings it is signed in as the one whom it is about, or was when they began.
fn is_own(submission: &Submission, holder: &Holder, proof: MailedProof) -> bool {
    let person = submission.principal.as_ref().map(|one| one.identity.id);
    let begun = remembered::is_begun_as(&submission.flow, holder.identity);
    person == Some(holder.identity) || (begun && asks_here(submission, proof))
}

/// Whether the proof comes from where it was asked for: a code is typed there and nowhere else.
fn asks_here(submission: &Submission, proof: MailedProof) -> bool {
    let own = submission.csrf.as_ref().map(|csrf| csrf.hash());
    let flow = &submission.flow;
    proof == MailedProof::Code || (flow.csrf_hash.is_some() && flow.csrf_hash == own)
}

/// Whether the address is the first one to be proved, and lets its owner back in.
fn is_taken(desk: &Desk, identity: &Identity, holder: &Holder) -> bool {
    let kind = FlowKind::Recovery;
    holder.address.as_ref().is_some_and(|(_, value)| {
        !is_doubtful(identity, value)
            && codes::is_offered(desk, kind)
            && Holder::of(kind, identity, value).is_some()
    })
}
