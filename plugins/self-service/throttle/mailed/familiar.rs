//! Networks that somebody has signed in from: strangers elsewhere do not keep them out there.

use std::time::Duration;

use portcullis_core::{id::IdentityId, store::StoreError};
use portcullis_kit::Visit;

use super::super::asker::site;
use crate::{desk::Desk, marker};

/// How long after the last sign-in a network is familiar.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Notes that somebody has signed in from where the visitor is. It keeps nobody out when that fails.
pub(crate) async fn remember(desk: &Desk, visit: &Visit, identity: IdentityId) {
    let name = name(&identity.to_string(), site(visit));
    if let Err(error) = marker::set(desk, &name, desk.now() + MEMORY).await {
        tracing::warn!(%error, "a familiar network is not noted");
    }
}

/// Whether this identity has signed in from this network; an address that nobody holds never has.
pub(super) async fn is_familiar(
    desk: &Desk,
    subject: &str,
    network: u128,
) -> Result<bool, StoreError> {
    let until = marker::stands(desk, &name(subject, network)).await?;
    Ok(until.is_some())
}

fn name(subject: &str, network: u128) -> String {
    format!("familiar:{subject}:{network}")
}
