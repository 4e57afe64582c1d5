//! Names of those who have registered and proved nothing yet. They keep them for a while, whether their
//! address was known or new: neither tells, and nobody burns a name with an address of somebody else.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    action::Action,
    broker::Names,
    credential::untouched,
    event::Event,
    id::IdentityId,
    identity::{Identity, IdentityState},
    store::StoreError,
};

use crate::{addresses::awaits_verification, desk::Desk, marker, newcomer};

/// For how long a name is kept beside the lifespan of a letter: one that is asked for within this time
/// is good for as long as it says.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Names for the sign-ins through providers: what they bring is had no sooner than what is typed.
#[derive(Debug)]
pub(crate) struct Kept(pub(crate) Desk);

#[async_trait]
impl Names for Kept {
    async fn are_taken(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, StoreError> {
        match newcomer::prove_first(&self.0) {
            true => is_any_taken(&self.0, identity.id, gained(identity, before)).await,
            // Nobody keeps one without having it.
            false => Ok(false),
        }
    }

    async fn free(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, StoreError> {
        match newcomer::prove_first(&self.0) {
            true => free(&self.0, gained(identity, before)).await,
            false => Ok(false),
        }
    }
}

/// The names that an identity has not had `before`; an address that its provider vouches for is none.
fn gained<'a>(
    identity: &'a Identity,
    before: Option<&'a Identity>,
) -> impl Iterator<Item = &'a String> {
    let had = move |name: &String| before.is_some_and(|one| one.identifiers.contains(name));
    let is_vouched_for = |name: &String| {
        let mut proved = identity
            .addresses
            .iter()
            .filter(|one| one.verified_at.is_some());
        proved.any(|one| one.value == *name)
    };
    of(identity).filter(move |name| !had(name) && !is_vouched_for(name))
}

/// What an identity signs in with and does not prove.
pub(crate) fn of(identity: &Identity) -> impl Iterator<Item = &String> {
    let is_address = |identifier: &String| {
        let mut addresses = identity.addresses.iter();
        addresses.any(|one| one.value == *identifier && awaits_verification(one))
    };
    let own = identity.identifiers.iter();
    own.filter(move |one| !is_address(one))
}

/// Whether one of these names is somebody else's, or may be in a moment: whoever chooses one that is only
/// reserved is not to learn that no identity has it. What somebody reserved themselves they may have again.
pub(crate) async fn is_any_taken(
    desk: &Desk,
    whose: IdentityId,
    names: impl Iterator<Item = &String>,
) -> Result<bool, StoreError> {
    for name in names {
        if is_taken(desk, whose, name).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn is_taken(desk: &Desk, whose: IdentityId, name: &str) -> Result<bool, StoreError> {
    let services = &desk.services;
    let holder = services.identities.find_by_identifier(name).await?;
    let nobody = || IdentityId::generate(&*services.entropy);
    let id = holder.as_ref().map_or_else(nobody, |holder| holder.id);
    // Asked of nobody too: a registration that came to nothing is not to be told by the work from one
    // that has lapsed.
    let is_unused = is_unused(desk, id).await?;
    let is_held = holder.is_some_and(|holder| !(is_unused && is_bare_and_late(desk, &holder)));
    let is_reserved = marker::stands_for(desk, (&reserved(name), whose)).await?;
    Ok(is_reserved || is_held)
}

/// Keeps the names of somebody who registers, whatever becomes of that.
pub(crate) async fn reserve(desk: &Desk, identity: &Identity) -> Result<(), StoreError> {
    for name in of(identity) {
        let until = desk.now() + term(desk);
        marker::set_by(desk, (&reserved(name), identity.id), until).await?;
    }
    Ok(())
}

fn reserved(name: &str) -> String {
    format!("reserved-name:{name}")
}

/// How long a registration keeps its names without a proof.
fn term(desk: &Desk) -> Duration {
    KEPT + desk.config.verification.lifespan
}

/// Removes those who hold these names, where all of them have lapsed; `false` where nothing is removed.
pub(crate) async fn free(
    desk: &Desk,
    names: impl Iterator<Item = &String>,
) -> Result<bool, StoreError> {
    let mut lapsed: BTreeMap<IdentityId, Identity> = BTreeMap::new();
    for name in names {
        let holder = desk.services.identities.find_by_identifier(name).await?;
        let Some(holder) = holder else { continue };
        if !has_lapsed(desk, &holder).await? {
            // The names are not to be had, so nobody goes for the others.
            return Ok(false);
        }
        lapsed.insert(holder.id, holder);
    }
    let mut is_any = false;
    for holder in lapsed.values() {
        is_any |= remove(desk, holder).await?;
    }
    Ok(is_any)
}

/// Whether somebody has registered, and proved and done nothing for too long to keep a name.
async fn has_lapsed(desk: &Desk, holder: &Identity) -> Result<bool, StoreError> {
    Ok(is_bare_and_late(desk, holder) && is_unused(desk, holder.id).await?)
}

/// What of that the identity itself tells. What an administrator or a provider has said of it keeps it.
fn is_bare_and_late(desk: &Desk, holder: &Identity) -> bool {
    let is_late = holder.created_at + term(desk) <= desk.now();
    let is_bare = holder.state == IdentityState::Active
        && holder.roles.is_empty()
        && holder.external_id.is_none()
        && holder.metadata_public.is_none()
        && holder.metadata_admin.is_none()
        && holder.provenance.is_empty()
        && holder.second_factors.is_empty();
    // Of whom no proof is asked any more, an administrator has let them in.
    let mut asked = holder.required_actions.iter();
    let is_asked = asked.any(|alias| alias == Action::VerifyEmail.alias());
    is_late && is_bare && is_asked && holder.awaits_first_proof()
}

/// Whether it has the password that it registered with and nothing else, and nobody has been in with it.
async fn is_unused(desk: &Desk, id: IdentityId) -> Result<bool, StoreError> {
    let own = desk.services.credentials.list(id).await?;
    let sessions = desk.services.sessions.store().list(id).await?;
    Ok(untouched(&own) && sessions.is_empty())
}

/// Removes somebody who has lapsed, unless anything of them has changed since they were read.
async fn remove(desk: &Desk, lapsed: &Identity) -> Result<bool, StoreError> {
    // Nobody has been in as they, so nobody has kept anything by their id.
    let is_gone = desk.services.identities.delete_unused(lapsed).await?;
    if is_gone {
        tracing::info!(identity = %lapsed.id, "somebody who registered and proved nothing in time is removed");
        let identity = lapsed.id;
        let event = Event::IdentityDeleted { identity };
        desk.services.announcer.announce(&event);
    }
    Ok(is_gone)
}
