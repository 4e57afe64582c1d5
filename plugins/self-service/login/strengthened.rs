//! The end of the second step, whatever was shown: a stronger session, and an account that waited for
//! it.

use portcullis_core::{catalogue::Code, identity::Identity};
use portcullis_kit::{Outcome, Visit};

use super::confirmation;
use crate::{
    desk::Desk,
    sign_in::{Shown, SignIn},
    submission::Submission,
};

/// Strengthens the session of whoever has shown it in the flow, which is claimed already.
pub(super) async fn go_on(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    (identity, shown): (&Identity, Shown<'_>),
) -> Outcome {
    let present = visit.visitor.principal.as_ref().ok_or(Code::SignedOut)?;
    confirmation::link_waiting(desk, present, &submission.flow, identity).await?;
    let sign_in = SignIn {
        is_new: false,
        flow: &submission.flow,
        csrf: submission.csrf.clone(),
        wants: submission.wants,
        identity,
        proofs: &[],
    };
    sign_in.strengthen(desk, visit, shown).await
}
