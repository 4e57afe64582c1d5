//! Changing one's password, or whatever else a local method keeps, and choosing a first one.

use std::time::Duration;

use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialKind},
    event::Event,
    identity::{Identity, rewrite},
    mail::Occasion,
    message::Message,
    method::{Method, MethodError},
    principal::Principal,
    secret::TokenHash,
    store::StoreError,
};
use portcullis_kit::{Failure, Outcome};
use serde_json::json;

use super::save;
use crate::{
    actions, complaint::Complaint, config::MailedProof, desk::Desk, notices,
    submission::Submission, throttle,
};

/// How long nobody else replaces the same credential.
const EXCLUSIVE: Duration = Duration::from_secs(60);

/// What is wrong with what was sent, before its sender has to prove who they are for it.
pub(super) fn judge(
    principal: &Principal,
    method: &dyn Method,
    submission: &Submission,
) -> Vec<Complaint> {
    match method.judge(&submission.value(), &principal.identity) {
        Err(MethodError::Invalid(complaints)) => complaints,
        // The rest is told where it counts.
        Ok(()) | Err(_) => Vec::new(),
    }
}

/// Replaces the method's credential by what was sent. Whoever knew the old one may be signed in
/// somewhere, so that every other session ends, unless the operator wants it otherwise.
pub(super) async fn change(
    desk: &Desk,
    principal: &Principal,
    method: &dyn Method,
    mut submission: Box<Submission>,
) -> Outcome {
    submission.flow.active = Some(method.name().to_owned());
    let identity = save::stored(desk, principal).await?;
    let credentials = desk.services.credentials.list(identity.id).await?;
    let mut own = credentials.into_iter();
    let present = own.find(|one| one.kind.as_str() == method.name());
    let credential = match method.enroll(&submission.value(), &identity).await {
        Ok(credential) => credential,
        Err(MethodError::Invalid(complaints)) => return submission.reject(desk, complaints).await,
        Err(error) => return Err(throttle::of_method(desk, error)),
    };
    if present.is_some() && is_the_same(desk, method, &submission, &identity).await? {
        let complaint = (Some(method.name().to_owned()), Message::same_password());
        return submission.reject(desk, vec![complaint]).await;
    }
    // It may have ended while the password was hashed.
    save::require_session(desk, principal).await?;
    if !replace(desk, principal, present, credential).await? {
        // Nobody is shown anything more of somebody who was taken from them.
        save::require_session(desk, principal).await?;
        return save::overtaken(desk, identity.id, submission).await;
    }
    if desk.config.settings.end_other_sessions {
        let sessions = desk.services.sessions.store();
        let this = principal.session.id;
        sessions.revoke_all(identity.id, Some(this)).await?;
    }
    desk.services.announcer.announce(&Event::PasswordChanged {
        identity: identity.id,
    });
    notices::tell(desk, Occasion::PasswordChanged, &identity).await;
    let identity = actions::done(desk, &identity, Action::UpdatePassword).await?;
    let identity = trusted(desk, principal, identity).await?;
    save::saved(desk, (&identity, None), submission).await
}

/// Whoever has come in by mail and chooses a password is somebody else than who registered, or the same
/// and known to be: the password counts from now on. Who came in with what was registered, where that
/// lets in, has proved nothing.
async fn trusted(
    desk: &Desk,
    principal: &Principal,
    identity: Identity,
) -> Result<Identity, Failure> {
    let proofs = [MailedProof::Code, MailedProof::Link].map(MailedProof::recovers_by);
    let mut methods = principal.session.methods.iter();
    let is_by_mail = methods.any(|one| proofs.contains(&one.method.as_str()));
    if !is_by_mail || !identity.awaits_first_proof() {
        return Ok(identity);
    }
    // Whatever else lets them in may be a stranger's still.
    let own = desk.services.credentials.list(identity.id).await?;
    if own.iter().any(|one| one.kind != CredentialKind::Password) {
        return Ok(identity);
    }
    let identities = &*desk.services.identities;
    let lifted = rewrite::<StoreError, _>(identities, identity.id, |mut one| async move {
        one.lift_first_proof();
        Ok(Some(one))
    });
    Ok(lifted.await?.unwrap_or(identity))
}

/// Whether what was sent is what the identity signs in with already.
async fn is_the_same(
    desk: &Desk,
    method: &dyn Method,
    submission: &Submission,
    identity: &Identity,
) -> Result<bool, Failure> {
    let Some(identifier) = identity.identifiers.first() else {
        return Ok(false);
    };
    let mut attempt = submission.value();
    attempt["identifier"] = json!(identifier);
    match method.verify(&attempt).await {
        Ok(found) => Ok(found.identity.id == identity.id),
        Err(MethodError::Invalid(_)) => Ok(false),
        Err(error) => Err(throttle::of_method(desk, error)),
    }
}

/// Keeps the credential in the place of the one that was `present`; `false` when somebody else
/// replaces the same one at this moment, or has taken it away. A first one stays as long as the session
/// lasts that adds it: the identity may have been taken from whoever has no right to it.
async fn replace(
    desk: &Desk,
    principal: &Principal,
    present: Option<Credential>,
    mut credential: Credential,
) -> Result<bool, Failure> {
    let services = &desk.services;
    let before = present.as_ref().map(|one| (one.id, one.updated_at));
    let (owner, kind) = (credential.identity_id, credential.kind.as_str());
    let key = match before {
        Some((id, updated_at)) => format!("credential:{owner}:{kind}:{id}:{updated_at}"),
        None => format!("credential:{owner}:{kind}"),
    };
    let until = desk.now() + EXCLUSIVE;
    if !services
        .flows
        .claim_once(&TokenHash::of(&key), until)
        .await?
    {
        return Ok(false);
    }
    let credentials = &services.credentials;
    if let Some(present) = present {
        credential.id = present.id;
        credential.created_at = present.created_at;
        let replaced = credentials.replace_config(&present.config, &credential);
        return Ok(replaced.await?);
    }
    match credentials.put(&credential).await {
        // Somebody was faster.
        Err(StoreError::Conflict { .. }) => return Ok(false),
        done => done?,
    }
    let still = save::require_session(desk, principal).await;
    if still.is_err() {
        credentials.delete(credential.id).await?;
    }
    still.map(|()| true)
}
