//! Since when somebody was there, and when they proved what: no moment that is told lies in the future.

use jiff::Timestamp;
use portcullis_core::{identifier::normalise_identifier, identity::Identity};

use crate::migration::{Loss, Losses, newcomer::Proved};

/// The moment that is told of something past, or this one; one that is still to come is lost.
pub(super) fn past(told: Option<Timestamp>, now: Timestamp, losses: &mut Losses<'_>) -> Timestamp {
    match told {
        Some(at) if at > now => {
            losses.add(
                "its time",
                "it lies in the future; that of the import counts",
            );
            now
        }
        told => told.unwrap_or(now),
    }
}

/// Marks an address as proved, where the schema reaches them by it.
pub(super) fn prove(
    identity: &mut Identity,
    (proved, now): (&Proved, Timestamp),
    losses: &mut Vec<Loss>,
) {
    let mut losses = Losses::of("addresses", losses);
    let value = normalise_identifier(&proved.address);
    let mut known = identity.addresses.iter_mut();
    match known.find(|address| address.value == value) {
        Some(address) => address.verified_at = Some(past(proved.at, now, &mut losses)),
        None => losses.add(
            "a proof",
            "the schema reaches nobody by this address, so nobody asks who holds it",
        ),
    }
}
