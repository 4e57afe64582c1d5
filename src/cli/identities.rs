//! The commands on one identity: show it, set its password, end its sessions, delete it.

use portcullis_core::{
    event::{Event, UnlinkReason},
    stage::Observer,
};
use serde_json::json;

use super::{Common, Consent, Failure, PasswordSource, Selector, desk::Desk};
use crate::observe::events::EventLog;

/// Shows an identity.
pub(super) fn get(common: &Common, selector: &Selector) -> Result<(), Failure> {
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        common.output.print(&desk.shown(&identity));
        Ok(())
    })
}

/// Sets a password and ends every session, for whoever knew the old one may hold one.
pub(super) fn reset_password(
    common: &Common,
    selector: &Selector,
    source: &PasswordSource,
) -> Result<(), Failure> {
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        let password = source.read()?;
        desk.set_password(&identity, &password).await?;
        let ended = desk.sessions().revoke_all(identity.id, None).await?;
        let answer = json!({
            "identity_id": identity.id, "password": "changed", "sessions_ended": ended,
        });
        common.output.print(&answer);
        Ok(())
    })
}

/// Ends every session of an identity.
pub(super) fn invalidate_sessions(
    common: &Common,
    selector: &Selector,
    consent: &Consent,
) -> Result<(), Failure> {
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        consent.ask(&format!("End all sessions of identity {}?", identity.id))?;
        let ended = desk.sessions().revoke_all(identity.id, None).await?;
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
    Desk::open(common, async |desk| {
        let identity = selector.resolve(desk.identities()).await?;
        consent.ask(&format!("Delete identity {}?", identity.id))?;
        let links = desk.links(identity.id).await?;
        desk.forget_tokens(identity.id).await?;
        if !desk.identities().delete(identity.id).await? {
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
        common
            .output
            .print(&json!({"identity_id": identity.id, "deleted": true}));
        Ok(())
    })
}
