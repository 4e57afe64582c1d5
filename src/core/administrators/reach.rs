//! By what administrators are reached, which is nobody else's: whoever reads mail there would get back in as the
//! administrator. Stores refuse it in the step that writes, so that no writer can leave it out.

use std::collections::BTreeSet;

use super::ROLES;
use crate::{
    identity::{Identity, IdentityStore},
    store::{ADMINISTRATORS_ADDRESS, StoreError},
};

/// An administrator and somebody else would have the same address.
pub const SHARED: StoreError = StoreError::Conflict {
    what: ADMINISTRATORS_ADDRESS,
};

/// Whether whoever has these roles administers something.
pub fn administer(roles: &[String]) -> bool {
    roles.iter().any(|role| is_administrators(role))
}

/// What an identity is reached by or signs in with and has to have alone, where an administrator has it, or
/// where it administers something itself. What it had `before` is judged again only when it is given a role
/// of administrators.
pub fn to_have_alone<'a>(identity: &'a Identity, before: Option<&Identity>) -> BTreeSet<&'a str> {
    let mut own = reached_by(identity);
    if let Some(before) = before
        && !is_given_a_role(before, identity)
    {
        let had = reached_by(before);
        own.retain(|one| !had.contains(one));
    }
    own
}

/// Something that two have of whom one administers something.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The address or identifier.
    pub name: String,
    /// Who has it already.
    pub holder: Identity,
}

/// What keeps an identity from being stored with [`SHARED`], and who has it now. The store decides in the step
/// that writes; this only tells.
pub async fn shared(
    identities: &dyn IdentityStore,
    identity: &Identity,
    before: Option<&Identity>,
) -> Result<Vec<Shared>, StoreError> {
    let mut shared = Vec::new();
    for name in to_have_alone(identity, before) {
        let mut holders = identities.find_by_address(name).await?;
        holders.extend(identities.find_by_identifier(name).await?);
        let only = BTreeSet::from([name]);
        let is_in_the_way =
            |one: &Identity| one.id != identity.id && are_too_close(identity, one, &only);
        // Where several have it, one is told.
        if let Some(holder) = holders.into_iter().find(is_in_the_way) {
            let name = name.to_owned();
            shared.push(Shared { name, holder });
        }
    }
    Ok(shared)
}

/// Whether two of whom one administers something share any of this.
pub(crate) fn are_too_close(one: &Identity, other: &Identity, names: &BTreeSet<&str>) -> bool {
    let is_any = administer(&one.roles) || administer(&other.roles);
    is_any && !names.is_disjoint(&reached_by(other))
}

/// An identity without the roles of administrators that it did not have `before`.
pub(crate) fn without_new_roles(before: &Identity, mut after: Identity) -> Identity {
    let stays = |role: &String| before.roles.contains(role) || !is_administrators(role);
    after.roles.retain(stays);
    after
}

fn is_given_a_role(before: &Identity, after: &Identity) -> bool {
    let mut roles = after.roles.iter();
    roles.any(|role| is_administrators(role) && !before.roles.contains(role))
}

fn is_administrators(role: &str) -> bool {
    ROLES.contains(&role)
}

/// What somebody is reached by or signs in with.
pub(crate) fn reached_by(identity: &Identity) -> BTreeSet<&str> {
    let addresses = identity.addresses.iter().map(|one| one.value.as_str());
    let identifiers = identity.identifiers.iter().map(String::as_str);
    addresses.chain(identifiers).collect()
}
