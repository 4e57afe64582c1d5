//! Identities of which nothing is proved yet: what whoever registered has put there goes before an
//! administrator vouches for somebody else, and comes alive by nobody's word.

use portcullis_core::{
    administrators::reach::{SHARED, shared},
    broker::BrokerError,
    event::{Event, UnlinkReason},
    id::{IdentityId, ProviderId},
    identity::Identity,
    store::StoreError,
};
use portcullis_kit::Failure;

use super::{Wanted, refusal, signed_in_with};
use crate::desk::Desk;

/// Whether an administrator who wants this vouches for an identity of which nothing is proved yet, and
/// not for whoever registered it: then its mark is taken away by name.
pub(super) fn is_vouched_for(identity: &Identity, wanted: &Wanted) -> bool {
    let removed = wanted
        .actions_changed
        .iter()
        .flat_map(|(_, removed)| removed);
    if removed.into_iter().any(|one| one == Identity::FIRST_PROOF) {
        return false;
    }
    let is_proved = wanted.proved.iter().any(|one| one.is_verified);
    let is_known = is_proved || !wanted.links.is_empty() || wanted.password.is_some();
    is_known && identity.awaits_first_proof()
}

/// Refuses what somebody else has already, before anything is taken away for it.
pub(super) async fn require_free(
    desk: &Desk,
    (before, after): (&Identity, &Identity),
) -> Result<(), Failure> {
    let identities = &desk.services.identities;
    if !signed_in_with(desk, after).await?.is_empty() {
        return Err(refusal::conflict(StoreError::Conflict {
            what: "identifier",
        }));
    }
    if let Some(name) = &after.external_id {
        let holder = identities.find_by_external_id(name).await?;
        if holder.is_some_and(|one| one.id != after.id) {
            return Err(refusal::conflict(StoreError::Conflict { what: "identity" }));
        }
    }
    match shared(&**identities, after, Some(before)).await?.is_empty() {
        true => Ok(()),
        false => Err(refusal::conflict(SHARED)),
    }
}

/// Takes away all that lets anybody in as an identity of which nothing is proved yet; of any other
/// nothing.
pub(super) async fn take_back(desk: &Desk, identity: IdentityId) -> Result<(), Failure> {
    let mut unlinked = Vec::new();
    let broker = &desk.services.broker;
    let done = broker.take_back(identity, &mut unlinked).await;
    tell(desk, identity, &unlinked);
    done.map_err(|error| refused(desk, error))
}

/// Tells of links that whoever registered had made.
pub(super) fn tell(desk: &Desk, identity: IdentityId, unlinked: &[ProviderId]) {
    for provider in unlinked {
        desk.services.announcer.announce(&Event::Unlinked {
            identity,
            provider,
            reason: UnlinkReason::Reclaimed,
        });
    }
}

/// The answer where that failed, or what it was done for; told are the links that had gone by then.
pub(super) fn refused(desk: &Desk, error: BrokerError) -> Failure {
    if let BrokerError::BrokenOff {
        identity, unlinked, ..
    } = &error
    {
        tell(desk, *identity, unlinked);
    }
    Failure::from(error.code()).caused_by(error)
}
