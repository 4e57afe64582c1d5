//! Deleting an identity with all that belongs to it.

use portcullis_core::{
    administrators::{delete as remove, may_go},
    catalogue::Code,
    event::{Event, UnlinkReason},
    identity::Identity,
    link::Link,
    vault::VaultError,
};
use portcullis_kit::Failure;
use serde::Serialize;
use serde_json::json;

use super::{audit, find};
use crate::{administrators, caller::Caller, desk::Desk};

/// What goes with an identity.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Belongings {
    /// How many credentials, links among them.
    pub(crate) credentials: usize,
    /// How many accounts at providers it is linked to.
    pub(crate) links: usize,
    /// How many sessions it is signed in by.
    pub(crate) sessions: usize,
}

/// What would go with an identity.
pub(crate) async fn belongings(desk: &Desk, identity: &Identity) -> Result<Belongings, Failure> {
    let services = &desk.services;
    let credentials = services.credentials.list(identity.id).await?;
    let sessions = services.sessions.store().list(identity.id).await?;
    let (lifetimes, now) = (services.sessions.lifetimes(), services.clock.now());
    let live = sessions.iter().filter(|one| lifetimes.is_live(one, now));
    Ok(Belongings {
        credentials: credentials.len(),
        links: credentials.iter().filter_map(Link::of).count(),
        sessions: live.count(),
    })
}

/// What would go with the identity of this id, as long as it would be deleted.
pub(crate) async fn rehearse(
    desk: &Desk,
    caller: &Caller,
    id: &str,
) -> Result<(Identity, Belongings), Failure> {
    let identity = find(desk, id).await?;
    permit(desk, caller, &identity).await?;
    let belongings = belongings(desk, &identity).await?;
    Ok((identity, belongings))
}

/// Refuses what would be refused in the end, before anything of theirs goes; the store looks again.
async fn permit(desk: &Desk, caller: &Caller, identity: &Identity) -> Result<(), Failure> {
    administrators::may_change(caller, (identity, None))?;
    let may_go = may_go(&*desk.services.identities, identity).await;
    may_go.map_err(administrators::refused)
}

/// Deletes an identity with its credentials, sessions and flows; its tokens at providers first, for
/// nobody knows them afterwards.
pub(crate) async fn delete(desk: &Desk, caller: &Caller, id: &str) -> Result<(), Failure> {
    let services = &desk.services;
    let identity = find(desk, id).await?;
    permit(desk, caller, &identity).await?;
    let credentials = services.credentials.list(identity.id).await?;
    match services.broker.vault.forget_all(identity.id).await {
        Ok(()) => {}
        Err(VaultError::Store(error)) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "tokens of a deleted identity stay at their providers")
        }
    }
    let deleted = remove(&*services.identities, identity.id).await;
    if !deleted.map_err(administrators::refused)? {
        return Err(Code::IdentityNotFound.into());
    }
    for link in credentials.iter().filter_map(Link::of) {
        services.announcer.announce(&Event::Unlinked {
            identity: identity.id,
            provider: &link.key.provider,
            reason: UnlinkReason::IdentityDeleted,
        });
    }
    let event = Event::IdentityDeleted {
        identity: identity.id,
    };
    services.announcer.announce(&event);
    // Who is deleted is not kept in the log either: the store has taken it out of what stands there.
    let before = json!({
        "schema_id": identity.schema_id, "state": identity.state, "roles": identity.roles,
        "credentials": credentials.len(),
    });
    let act = audit::on("identity.delete", identity.id).from(before);
    audit::note(desk, caller, act).await;
    Ok(())
}
