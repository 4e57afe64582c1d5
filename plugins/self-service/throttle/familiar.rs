//! Networks that somebody has signed in from: strangers elsewhere do not keep them out there.

use std::time::Duration;

use portcullis_core::{
    id::IdentityId,
    identity::Identity,
    session::{Aal, Session},
    store::StoreError,
    throttle::Network,
};
use portcullis_kit::Visit;

use super::asker::site;
use crate::{desk::Desk, marker};

/// How long after the last sign-in a network is familiar.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Notes that somebody has signed in from where the visitor is, once they have proved all that they
/// can: whoever has no more than their password may be anybody. It keeps nobody out when that fails.
pub(crate) async fn remember(desk: &Desk, visit: &Visit, identity: &Identity, session: &Session) {
    if identity.has_second_factor && session.aal() < Aal::Aal2 {
        return;
    }
    let name = name(&identity.id.to_string(), site(visit));
    if let Err(error) = marker::set(desk, &name, desk.now() + MEMORY).await {
        tracing::warn!(%error, "a familiar network is not noted");
    }
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
pub(crate) async fn knows(
    desk: &Desk,
    visit: &Visit,
    identity: IdentityId,
) -> Result<bool, StoreError> {
    is_familiar(desk, &identity.to_string(), site(visit)).await
}

fn name(subject: &str, network: Network) -> String {
    format!("familiar:{subject}:{network}")
}
