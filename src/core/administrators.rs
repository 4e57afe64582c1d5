//! The last administrator stays: whoever changes or removes identities on behalf of others does so
//! here.

use crate::{
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore, Removal, TRIES},
    store::StoreError,
};

/// The role of whoever may do everything.
pub const ROLE: &str = "admin";

/// An identity did not change, or did not go.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// Nobody would be left who may do everything.
    #[error("this is the last administrator, so it stays one")]
    Last,
    /// The store failed, or somebody else changed the identity meanwhile.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Replaces an identity as [`IdentityStore::update`] does, unless it is the last administrator and
/// would be one no more.
pub async fn update(identities: &dyn IdentityStore, identity: &Identity) -> Result<(), LeaveError> {
    if identity.is_active_as(ROLE) {
        return Ok(identities.update(identity).await?);
    }
    match identities.update_beside(identity, ROLE).await? {
        true => Ok(()),
        false => Err(LeaveError::Last),
    }
}

/// Replaces `before` as [`IdentityStore::update`] does; the last administrator stays one, whatever else
/// changes of it. Returns what is stored then.
pub async fn update_staying(
    identities: &dyn IdentityStore,
    before: &Identity,
    mut after: Identity,
) -> Result<Identity, StoreError> {
    let updated = match before.is_active_as(ROLE) {
        true => update(identities, &after).await,
        // Nobody else can be the last one: spares the store to look for others.
        false => identities.update(&after).await.map_err(LeaveError::Store),
    };
    match updated {
        Ok(()) => {}
        Err(LeaveError::Store(error)) => return Err(error),
        Err(LeaveError::Last) => {
            warn_of_staying(&after);
            after.roles.push(ROLE.to_owned());
            identities.update(&after).await?;
        }
    }
    after.version += 1;
    Ok(after)
}

/// Removes a credential and replaces its identity as [`IdentityStore::update_without`] does; the last
/// administrator stays one, whatever else changes of it.
pub(crate) async fn update_without_staying(
    identities: &dyn IdentityStore,
    mut after: Identity,
    which: (CredentialId, &[CredentialId]),
) -> Result<bool, StoreError> {
    match identities
        .update_without_beside(&after, which, ROLE)
        .await?
    {
        Removal::Done => Ok(true),
        Removal::Missing => Ok(false),
        Removal::Last => {
            warn_of_staying(&after);
            after.roles.push(ROLE.to_owned());
            let (removed, others) = which;
            identities.update_without(&after, removed, others).await
        }
    }
}

fn warn_of_staying(last: &Identity) {
    tracing::warn!(
        identity.id = %last.id,
        "the last administrator keeps a role that its provider does not give any more"
    );
}

/// Changes an identity as [`update_staying`] does, over what others change of it meanwhile; it stays
/// as it is where `change` has nothing in its place.
pub async fn rewrite_staying(
    identities: &dyn IdentityStore,
    id: IdentityId,
    change: impl Fn(&Identity) -> Option<Identity>,
) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        let Some(before) = identities.find(id).await? else {
            return Ok(());
        };
        let Some(after) = change(&before) else {
            return Ok(());
        };
        match update_staying(identities, &before, after).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES => tries += 1,
            done => return done.map(drop),
        }
    }
}

/// Removes an identity as [`IdentityStore::delete`] does, unless it is the last administrator.
pub async fn delete(identities: &dyn IdentityStore, id: IdentityId) -> Result<bool, LeaveError> {
    let mut tries = 1;
    loop {
        match identities.delete_beside(id, ROLE).await {
            Ok(Removal::Done) => return Ok(true),
            Ok(Removal::Missing) => return Ok(false),
            Ok(Removal::Last) => return Err(LeaveError::Last),
            Err(StoreError::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Refuses to begin what [`delete`] would refuse to finish.
pub async fn may_go(identities: &dyn IdentityStore, identity: &Identity) -> Result<(), LeaveError> {
    let is_needed =
        identity.is_active_as(ROLE) && !identities.is_role_elsewhere(ROLE, identity.id).await?;
    match is_needed {
        true => Err(LeaveError::Last),
        false => Ok(()),
    }
}
