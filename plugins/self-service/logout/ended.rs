//! Sessions that end because a provider says so.

use portcullis_core::{
    credential::CredentialKind,
    event::Event,
    id::{IdentityId, SessionId},
    provider::Upstream,
    store::StoreError,
};

use crate::desk::Desk;

/// Ends these sessions on all nodes.
pub(super) async fn end(desk: &Desk, sessions: &[SessionId]) -> Result<(), StoreError> {
    let services = &desk.services;
    for session in sessions {
        let upstream = services.upstream_sessions.find(*session).await?;
        if !services.sessions.store().revoke(*session).await? {
            continue;
        }
        let Some(upstream) = upstream else { continue };
        if let Some(identity) = identity(desk, &upstream).await? {
            services.announcer.announce(&Event::SignedOut {
                identity,
                session: *session,
            });
        }
    }
    Ok(())
}

async fn identity(desk: &Desk, upstream: &Upstream) -> Result<Option<IdentityId>, StoreError> {
    let credentials = &desk.services.credentials;
    let key = upstream.link.identifier();
    let link = credentials
        .find_by_identifier(CredentialKind::Oidc, &key)
        .await?;
    Ok(link.map(|link| link.identity_id))
}
