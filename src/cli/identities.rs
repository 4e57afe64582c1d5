//! The commands on one identity: show it, end its sessions, delete it.

use portcullis_core::{
    administrators,
    event::{Event, UnlinkReason},
    id::IdentityId,
    stage::Observer,
};
use serde_json::{Value, json};

use super::{Common, Consent, Failure, Selector, audit::Act, desk::Desk, remote::Remote};
use crate::observe::events::EventLog;

/// Shows an identity.
pub(super) fn get(common: &Common, selector: &Selector) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        common.output.print(&remote.shown(selector).await?);
        Ok(())
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        common.output.print(&desk.shown(&identity));
        Ok(())
    })
}

/// Ends every session of an identity.
pub(super) fn invalidate_sessions(
    common: &Common,
    selector: &Selector,
    consent: &Consent,
) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remote.end_sessions(common, (selector, consent)).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        consent.ask(&format!("End all sessions of identity {}?", identity.id))?;
        let ended = desk.sessions().revoke_all(identity.id, None).await?;
        let act = Act::new("invalidate-identity-sessions", "identity.sessions.revoke");
        let act = act.on_identity(identity.id);
        act.to(json!({"sessions_ended": ended}))
            .note(desk.foundation())
            .await;
        common
            .output
            .print(&json!({"identity_id": identity.id, "sessions_ended": ended}));
        Ok(())
    })
}

/// Deletes an identity with all that belongs to it.
pub(super) fn delete(
    common: &Common,
    selector: &Selector,
    consent: &Consent,
) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remote.delete(common, selector, Some(consent)).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        let links = desk.links(identity.id).await?;
        let sessions = desk.live_sessions(identity.id).await?;
        consent.ask(&format!(
            "Delete identity {}, with {} linked accounts and {sessions} sessions?",
            identity.id,
            links.len()
        ))?;
        administrators::may_go(desk.identities(), &identity).await?;
        let credentials = desk.credentials().list(identity.id).await?.len();
        desk.forget_tokens(identity.id).await?;
        if !administrators::delete(desk.identities(), identity.id).await? {
            return Err(Failure::Refused(
                "somebody else deleted it just now".to_owned(),
            ));
        }
        for link in &links {
            EventLog.observe(&Event::Unlinked {
                identity: identity.id,
                provider: &link.key.provider,
                reason: UnlinkReason::IdentityDeleted,
            });
        }
        EventLog.observe(&Event::IdentityDeleted {
            identity: identity.id,
        });
        // Who is deleted is not kept in the log either.
        let act = Act::new("delete-identity", "identity.delete").on_identity(identity.id);
        let act = act.from(json!({
            "schema_id": identity.schema_id, "state": identity.state, "roles": identity.roles,
            "credentials": credentials,
        }));
        act.note(desk.foundation()).await;
        let counts = (links.len(), sessions);
        common.output.print(&told(identity.id, true, counts));
        Ok(())
    })
}

/// Tells what deleting an identity would take with it.
pub(super) fn would_delete(common: &Common, selector: &Selector) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remote.delete(common, selector, None).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        let links = desk.links(identity.id).await?;
        let counts = (links.len(), desk.live_sessions(identity.id).await?);
        common.output.print(&told(identity.id, false, counts));
        Ok(())
    })
}

fn told(id: IdentityId, deleted: bool, (links, sessions): (usize, usize)) -> Value {
    json!({"identity_id": id, "deleted": deleted, "links": links, "sessions": sessions})
}
