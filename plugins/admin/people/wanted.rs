//! What an administrator wants an identity to be, as far as they say.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_core::{
    administrators,
    id::IdentityId,
    identifier::normalise_identifier,
    identity::{Identity, IdentityState},
};
use portcullis_kit::Failure;
use serde_json::Value;

use super::{NewFactor, NewLink, NewPassword, actions, refusal::mistaken};
use crate::desk::Desk;

/// What an administrator wants an identity to be; what they do not say stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// The id that somebody new keeps from elsewhere.
    pub(crate) id: Option<IdentityId>,
    /// Since when somebody new is known there.
    pub(crate) created_at: Option<Timestamp>,
    /// Its schema.
    pub(crate) schema_id: Option<String>,
    /// Its traits, all of them.
    pub(crate) traits: Option<Value>,
    /// Whether it may sign in.
    pub(crate) state: Option<IdentityState>,
    /// Facts that it may see; null for none.
    pub(crate) metadata_public: Option<Value>,
    /// Facts that it may not see; null for none.
    pub(crate) metadata_admin: Option<Value>,
    /// What it is called elsewhere; empty for nothing.
    pub(crate) external_id: Option<String>,
    /// Its roles, all of them.
    pub(crate) roles: Option<Vec<String>>,
    /// What it has to do.
    pub(crate) required_actions: Option<Vec<String>>,
    /// What it has to do more, and what no more, by alias.
    pub(crate) actions_changed: Option<(Vec<String>, Vec<String>)>,
    /// Attributes that its schema does not describe, all of them.
    pub(crate) unmanaged: Option<Value>,
    /// Addresses of which it is known whether somebody proved to hold them.
    pub(crate) proved: Vec<Proved>,
    /// Addresses that it is to have no more: the traits have to say so, too.
    pub(crate) parted: Vec<String>,
    /// A password in place of the one it has.
    pub(crate) password: Option<NewPassword>,
    /// Accounts at providers that it is linked to from now on.
    pub(crate) links: Vec<NewLink>,
    /// Second factors and passkeys of another system.
    pub(crate) factors: Vec<NewFactor>,
}

/// An address of which it is known whether somebody proved to hold it.
#[derive(Debug, Clone)]
pub(crate) struct Proved {
    /// The address.
    pub(crate) value: String,
    /// Whether somebody did.
    pub(crate) is_verified: bool,
    /// When, where that is said.
    pub(crate) at: Option<Timestamp>,
}

impl Wanted {
    /// The identity with everything that is wanted beside traits and credentials.
    pub(super) fn applied(&self, desk: &Desk, mut identity: Identity) -> Result<Identity, Failure> {
        let now = desk.services.clock.now();
        if let Some(wanted) = &self.required_actions {
            let actions = &desk.services.actions;
            identity.required_actions = actions::required(actions, &identity, wanted)?;
        }
        if let Some((added, removed)) = &self.actions_changed {
            actions::change(&desk.services.actions, &mut identity, (added, removed))?;
        }
        if let Some(state) = self.state.filter(|state| *state != identity.state) {
            identity.state = state;
            identity.state_changed_at = now;
        }
        if let Some(facts) = &self.metadata_public {
            identity.metadata_public = Some(facts.clone()).filter(|facts| !facts.is_null());
        }
        if let Some(facts) = &self.metadata_admin {
            identity.metadata_admin = Some(facts.clone()).filter(|facts| !facts.is_null());
        }
        if let Some(name) = &self.external_id {
            identity.external_id = external_id(name)?;
        }
        if let Some(roles) = &self.roles {
            let roles = named_roles(roles)?;
            // Whoever gives an application's role vouches for no administrator.
            if administering(&roles) != administering(&identity.roles) {
                administrators::vouch_for_roles(&mut identity);
            }
            identity.roles = roles;
        }
        part(&identity, &self.parted)?;
        for proved in &self.proved {
            prove(&mut identity, proved, now)?;
        }
        if !self.links.is_empty() {
            // Whoever is linked to an account is known to be who they are.
            identity.lift_first_proof();
        }
        Ok(identity)
    }
}

/// The roles among these that administer something.
fn administering(roles: &[String]) -> BTreeSet<&str> {
    let roles = roles.iter().map(String::as_str);
    roles
        .filter(|role| administrators::ROLES.contains(role))
        .collect()
}

fn external_id(name: &str) -> Result<Option<String>, Failure> {
    match name {
        "" => Ok(None),
        name if Identity::is_external_id(name) => Ok(Some(name.to_owned())),
        _ => Err(mistaken(
            "external_id",
            "it has at most 255 letters, digits and signs.",
        )),
    }
}

/// These roles without repetition; a name that no role can have is refused.
pub(crate) fn named_roles(wanted: &[String]) -> Result<Vec<String>, Failure> {
    let mut roles: Vec<String> = Vec::new();
    for (at, role) in wanted.iter().enumerate() {
        if !Identity::is_role(role) {
            return Err(mistaken(
                &format!("roles[{at}]"),
                "the name of a role has up to 64 letters, digits and signs, no spaces.",
            ));
        }
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
    Ok(roles)
}

/// Whoever takes an address away and leaves it among the traits would be told of a success that is none.
fn part(identity: &Identity, parted: &[String]) -> Result<(), Failure> {
    let own = identity.addresses.iter();
    let mut own = own.filter(|one| one.purpose.verification);
    match own.find(|one| parted.contains(&one.value)) {
        Some(left) => Err(mistaken(
            "verifiable_addresses",
            format!(
                "{} follows from the traits; change those to take it away.",
                left.value
            ),
        )),
        None => Ok(()),
    }
}

fn prove(identity: &mut Identity, proved: &Proved, now: Timestamp) -> Result<(), Failure> {
    let value = normalise_identifier(&proved.value);
    let mut known = identity.addresses.iter_mut();
    let Some(address) = known.find(|one| one.value == value && one.purpose.verification) else {
        return Err(mistaken(
            "verifiable_addresses",
            "its schema finds no such address among the traits.",
        ));
    };
    let at = proved.at.map_or(now, |at| at.min(now));
    let verified_at = match proved.is_verified {
        true => Some(address.verified_at.unwrap_or(at)),
        false => None,
    };
    if address.verified_at != verified_at {
        address.verified_at = verified_at;
        address.updated_at = now;
    }
    if proved.is_verified {
        identity.lift_first_proof();
    }
    Ok(())
}
