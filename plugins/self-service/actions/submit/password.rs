//! Choosing another password.

use portcullis_core::{
    action::Action, catalogue::Code, credential::CredentialKind, method::MethodError,
    principal::Principal,
};
use portcullis_kit::Outcome;

use super::complete;
use crate::{desk::Desk, login::local::failure, submission::Submission};

/// Puts the password that was sent in place of the one there is, and ends every other session.
pub(super) async fn change(
    desk: &Desk,
    principal: &Principal,
    submission: Box<Submission>,
) -> Outcome {
    let services = &desk.services;
    let identity = services.identities.find(principal.identity.id).await?;
    let identity = identity.ok_or(Code::SignedOut)?;
    let method = desk.method("password").ok_or(Code::FlowDisabled)?;
    let mut credential = match method.enroll(&submission.value(), &identity).await {
        Ok(credential) => credential,
        Err(MethodError::Invalid(complaints)) => return submission.reject(desk, complaints).await,
        Err(error) => return Err(failure(desk, error)),
    };
    let own = services.credentials.list(identity.id).await?;
    let present = own
        .into_iter()
        .find(|one| one.kind == CredentialKind::Password);
    if let Some(present) = present {
        credential.id = present.id;
        credential.created_at = present.created_at;
    }
    services.credentials.put(&credential).await?;
    let this = principal.session.id;
    let sessions = services.sessions.store();
    sessions.revoke_all(identity.id, Some(this)).await?;
    complete(desk, submission, &identity, Action::UpdatePassword).await
}
