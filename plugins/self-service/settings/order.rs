//! Which second factor is asked for first.

use std::sync::Arc;

use portcullis_core::{
    credentials::{Credentials, CredentialsError, Place},
    principal::Principal,
};
use portcullis_kit::Outcome;

use super::save;
use crate::{desk::Desk, factors, submission::Submission};

/// Has the factor of this credential asked for before the others.
pub(super) async fn first(
    desk: &Desk,
    principal: &Principal,
    submission: Box<Submission>,
    named: &str,
) -> Outcome {
    let identity = save::stored(desk, principal).await?;
    save::require_session(desk, principal).await?;
    let services = &desk.services;
    let store = Arc::clone(&services.credentials);
    let credentials = Credentials::new(store, services.announcer.clone());
    let own = credentials.list(identity.id).await?;
    let is_meant = |id: &str, kind: &str| id == named && factors::second(desk, kind).is_some();
    let mut own = own.into_iter();
    let Some(meant) = own.find(|one| is_meant(&one.id.to_string(), one.kind.as_str())) else {
        return save::overtaken(desk, identity.id, submission).await;
    };
    match credentials
        .move_to(identity.id, meant.id, Place::First)
        .await
    {
        Ok(_) => save::saved(desk, (&identity, None), submission).await,
        Err(CredentialsError::Store(error)) => Err(error.into()),
        Err(_) => save::overtaken(desk, identity.id, submission).await,
    }
}
