//! Taking a proof: a code that was typed, or the token of a link that was opened.

use axum::response::Response;
use jiff::Timestamp;
use portcullis_core::{catalogue::Code, flow::FlowKind, message::Message, secret::Secret};
use portcullis_kit::{Failure, Visit, Wants};

use super::awaited::{Awaited, Holder};
use crate::{
    config::MailedProof,
    desk::Desk,
    forms::mailed::{CODE, TOKEN},
    parked,
    submission::Submission,
    throttle::mailed::Guesses,
    verification::own,
};

/// What a submission comes to.
pub(crate) enum Step {
    /// This is the answer.
    Answered(Response),
    /// The proof was right.
    Proved(Box<Submission>, Proved),
}

/// A proof that was right, and counts no second time.
pub(crate) struct Proved {
    /// Whom it is about.
    pub(crate) holder: Holder,
    /// What it was.
    pub(crate) proof: MailedProof,
    /// When it was mailed.
    pub(crate) issued_at: Option<Timestamp>,
}

impl Awaited {
    fn proved(&self, holder: Holder) -> Proved {
        Proved {
            holder,
            proof: self.proof,
            issued_at: self.issued_at,
        }
    }
}

/// Takes a code.
pub(super) async fn code(
    desk: &Desk,
    visit: &Visit,
    mut submission: Box<Submission>,
    awaited: Awaited,
) -> Result<Step, Failure> {
    let kind = submission.flow.kind;
    let guesses = Guesses::at(visit, submission.principal.as_deref(), (kind, &awaited));
    guesses.check(desk).await.map_err(|failure| {
        failure.way_out("Back to the form", desk.flow_page(kind, submission.flow.id))
    })?;
    // A form keeps what was typed, and this belongs in no store.
    let typed = submission.fields.remove(CODE);
    let typed = typed.as_ref().and_then(|typed| typed.as_str());
    let typed: String = typed.unwrap_or_default().split_whitespace().collect();
    if typed.is_empty() {
        let missing = (
            Some(CODE.to_owned()),
            Message::missing(&Message::recovery_code().text, CODE),
        );
        let answer = submission.reject(desk, vec![missing]).await?;
        return Ok(Step::Answered(answer));
    }
    let typed = Secret::new(typed);
    // First, so that a right one that is not taken now is not used up.
    let right = match guesses.are_too_many(desk).await? {
        true => None,
        false => awaited.take(desk, &submission.flow, &typed).await?,
    };
    if let Some(holder) = right.cloned() {
        return Ok(Step::Proved(submission, awaited.proved(holder)));
    }
    guesses.failed(desk).await?;
    refuse(desk, kind, MailedProof::Code);
    let complaint = (None, invalid(kind, MailedProof::Code));
    submission
        .reject(desk, vec![complaint])
        .await
        .map(Step::Answered)
}

/// Takes a token. Whoever brings it need not have begun the flow, so that a wrong one changes nothing
/// about it, nor shows anything of it.
pub(super) async fn link(
    desk: &Desk,
    mut submission: Box<Submission>,
    token: &str,
) -> Result<Step, Failure> {
    let kind = submission.flow.kind;
    submission.fields.remove(TOKEN);
    if parked::is_in::<Awaited>(&submission.flow) {
        let awaited: Awaited = parked::open(desk, &submission.flow)?;
        let token = Secret::new(token);
        if let Some(holder) = awaited.look(&submission.flow, &token) {
            // First, so that one that is not taken here is not used up.
            own::require(desk, &submission, (holder, MailedProof::Link)).await?;
        }
        // A code is typed where it was asked for; as a token it is not even tried.
        let right = match awaited.proof {
            MailedProof::Link => awaited.take(desk, &submission.flow, &token).await?,
            MailedProof::Code => None,
        };
        if let Some(holder) = right.cloned() {
            return Ok(Step::Proved(submission, awaited.proved(holder)));
        }
    }
    refuse(desk, kind, MailedProof::Link);
    let complaint = invalid(kind, MailedProof::Link);
    let own = submission.csrf.as_ref().map(|csrf| csrf.hash());
    if submission.flow.csrf_hash == own && submission.wants == Wants::Json {
        let answer = submission.reject(desk, vec![(None, complaint)]).await?;
        return Ok(Step::Answered(answer));
    }
    Err(Failure::from(Code::CredentialsInvalid)
        .because(complaint.text)
        .way_out("Ask for another one", desk.begin_page(kind, None)))
}

/// What is said of a wrong proof.
pub(crate) fn invalid(kind: FlowKind, proof: MailedProof) -> Message {
    match (kind, proof) {
        (FlowKind::Recovery, MailedProof::Code) => Message::recovery_code_invalid(),
        (FlowKind::Recovery, MailedProof::Link) => Message::recovery_link_invalid(),
        (_, MailedProof::Code) => Message::verification_code_invalid(),
        (_, MailedProof::Link) => Message::verification_link_invalid(),
    }
}

/// Tells observers; a verification signs nobody in.
fn refuse(desk: &Desk, kind: FlowKind, proof: MailedProof) {
    if kind == FlowKind::Recovery {
        let announcer = &desk.services.announcer;
        announcer.refuse(proof.recovers_by(), Code::CredentialsInvalid);
    }
}
