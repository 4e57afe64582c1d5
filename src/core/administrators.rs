//! The last administrator stays: whoever changes or removes identities on behalf of others does so
//! here.

use crate::{
    id::IdentityId,
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
