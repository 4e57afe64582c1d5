//! Administrators: in which sessions their roles hold, and that the last one stays. Whoever changes or
//! removes identities on behalf of others does so here.

pub mod reach;

use crate::{
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore, Removal, TRIES},
    provenance,
    secret::TokenHash,
    session::Session,
    store::StoreError,
};

/// The role of whoever may do everything.
pub const ROLE: &str = "admin";

/// The roles of all who administer something.
pub const ROLES: [&str; 5] = [
    "viewer",
    "user-manager",
    "provider-manager",
    "impersonator",
    ROLE,
];

/// The account at a provider that gave an identity its roles ([`crate::link::LinkKey::mark`]); `None` where
/// somebody here vouches for them.
pub fn giver(identity: &Identity) -> Option<TokenHash> {
    let given = identity.provenance.get(provenance::ROLES);
    given.and_then(|origin| origin.account)
}

/// The roles of an identity that hold in this session of it. Administrators' roles that an account at a
/// provider has given hold where that very account was signed in with: whoever has set a password, a
/// passkey or another link of the identity before it had them must not come to them.
pub fn held<'a>(identity: &'a Identity, session: &'a Session) -> impl Iterator<Item = &'a str> {
    let giver = giver(identity);
    let mut methods = session.methods.iter();
    let is_giver = giver.is_none_or(|giver| methods.any(|one| one.account == Some(giver)));
    let roles = identity.roles.iter().map(String::as_str);
    roles.filter(move |role| is_giver || !ROLES.contains(role))
}

/// Notes that somebody here vouches for the roles of an identity: they hold in all its sessions, until a
/// provider gives them anew.
pub fn vouch_for_roles(identity: &mut Identity) {
    if let Some(origin) = identity.provenance.get_mut(provenance::ROLES) {
        origin.account = None;
    }
}

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
            stay(before, &mut after);
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
    (before, mut after): (&Identity, Identity),
    which: (CredentialId, &[CredentialId]),
) -> Result<bool, StoreError> {
    match identities
        .update_without_beside(&after, which, ROLE)
        .await?
    {
        Removal::Done => Ok(true),
        Removal::Missing => Ok(false),
        Removal::Last => {
            stay(before, &mut after);
            let (removed, others) = which;
            identities.update_without(&after, removed, others).await
        }
    }
}

/// Leaves the last administrator the role, which holds in the sessions in which it did: that of whoever
/// came with another account, or took the giver's link away, gains nothing by it.
fn stay(before: &Identity, after: &mut Identity) {
    tracing::warn!(
        identity.id = %after.id,
        "the last administrator keeps a role that its provider does not give any more"
    );
    after.roles.push(ROLE.to_owned());
    let given = before.provenance.get(provenance::ROLES);
    let giver = giver(before);
    match (after.provenance.get_mut(provenance::ROLES), given) {
        (Some(origin), _) => origin.account = giver,
        (None, Some(given)) if giver.is_some() => {
            let key = provenance::ROLES.to_owned();
            after.provenance.insert(key, given.clone());
        }
        (None, _) => {}
    }
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
