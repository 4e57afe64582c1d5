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
        let upstreams = services.upstream_sessions.list(*session).await?;
        if !services.sessions.store().revoke(*session).await? {
            continue;
        }
        if let Some(identity) = identity(desk, &upstreams).await? {
            services.announcer.announce(&Event::SignedOut {
                identity,
                session: *session,
            });
        }
    }
    Ok(())
}

/// Whose session it was: that of the accounts which are still linked.
async fn identity(desk: &Desk, upstreams: &[Upstream]) -> Result<Option<IdentityId>, StoreError> {
    let credentials = &desk.services.credentials;
    for upstream in upstreams {
        let key = upstream.link.identifier();
        let link = credentials.find_by_identifier(CredentialKind::Oidc, &key);
        if let Some(link) = link.await? {
            return Ok(Some(link.identity_id));
        }
    }
    Ok(None)
}
