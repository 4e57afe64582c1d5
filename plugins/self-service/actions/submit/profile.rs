//! Changing one's traits because that was asked for.

use portcullis_core::{
    action::Action,
    catalogue::Code,
    message::Message,
    principal::Principal,
    schema::{Evaluation, ProfileContext},
    store::StoreError,
};
use portcullis_kit::Outcome;

use super::complete;
use crate::{complaint, desk::Desk, submission::Submission};

/// Puts the traits that were sent in place of those that are stored: all of them or none.
pub(super) async fn save(
    desk: &Desk,
    principal: &Principal,
    submission: Box<Submission>,
    action: Action,
) -> Outcome {
    let services = &desk.services;
    let stored = services.identities.find(principal.identity.id).await?;
    let stored = stored.ok_or(Code::SignedOut)?;
    let schema = services
        .schemas
        .find(&stored.schema_id)
        .ok_or(Code::Internal)?;
    let context = match action {
        Action::VerifyProfile => ProfileContext::VerifyProfile,
        _ => ProfileContext::UpdateProfile,
    };
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let accepted = schema.accept(
        &Evaluation::of(context),
        submission.traits(),
        &stored.traits,
    );
    let changed =
        accepted.and_then(|traits| services.schemas.refreshed(&stored, traits, clock, entropy));
    let identity = match changed {
        Ok(identity) => identity,
        Err(errors) => {
            let complaints = complaint::about_traits(errors);
            return submission.reject(desk, complaints).await;
        }
    };
    match services.identities.update(&identity).await {
        Ok(()) => complete(desk, submission, &identity, action).await,
        Err(StoreError::Conflict { .. }) => {
            let complaint = (None, Message::duplicate());
            submission.reject(desk, vec![complaint]).await
        }
        Err(error) => Err(error.into()),
    }
}
