//! Networks that somebody has signed in from: strangers elsewhere do not keep them out there.

use std::time::Duration;

use portcullis_core::{id::IdentityId, store::StoreError, throttle::Network};
use portcullis_kit::Visit;

use super::asker::site;
use crate::{desk::Desk, marker};

/// How long after the last sign-in a network is familiar.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Notes that somebody has signed in from where the visitor is. It is forgotten when somebody gets the
/// identity back by mail, who may have been thrown out of it by whoever was there.
pub(crate) async fn remember(
    desk: &Desk,
    visit: &Visit,
    identity: IdentityId,
) -> Result<(), StoreError> {
    let name = name(&identity.to_string(), site(visit));
    marker::set_of(desk, (&name, identity), desk.now() + MEMORY).await
}

/// Notes that somebody has taken the second step from where the visitor is. Whoever was there before
/// had no more than a password, and may be whom the second step is to keep out.
pub(crate) async fn remember_second(
    desk: &Desk,
    visit: &Visit,
    identity: IdentityId,
) -> Result<(), StoreError> {
    let name = name(&beyond(identity), site(visit));
    marker::set(desk, &name, desk.now() + MEMORY).await
}

/// Whom the networks belong to from which an identity has taken the second step.
pub(super) fn beyond(identity: IdentityId) -> String {
    format!("second:{identity}")
}

/// Whether this identity has signed in from this network; an address that nobody holds never has.
pub(super) async fn is_familiar(
    desk: &Desk,
    subject: &str,
    network: Network,
) -> Result<bool, StoreError> {
    let until = marker::stands(desk, &name(subject, network)).await?;
    Ok(until.is_some())
}

/// Whether this identity has signed in from where the visitor is.
pub(crate) async fn is_familiar_to(
    desk: &Desk,
    visit: &Visit,
    identity: IdentityId,
) -> Result<bool, StoreError> {
    is_familiar(desk, &identity.to_string(), site(visit)).await
}

fn name(subject: &str, network: Network) -> String {
    format!("familiar:{subject}:{network}")
}
