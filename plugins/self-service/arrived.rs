//! Where somebody has signed in: what is remembered of the place and the device, and whether they are
//! told that it is a new one.
//!
//! Only digests are kept, of the operating system and the browser's name with the identity, and of the
//! network: nobody reads from them what somebody has.

use portcullis_core::{
    id::IdentityId,
    identity::Identity,
    session::{Aal, Session},
    store::StoreError,
};
use portcullis_kit::{Visit, dialect::DeviceName};

use crate::{desk::Desk, marker, notices, throttle};

/// Tells whoever wants to know that they have signed in somewhere new, and remembers where. What
/// cannot be noted keeps nobody out.
pub(crate) async fn note(
    desk: &Desk,
    visit: &Visit,
    (identity, is_new): (&Identity, bool),
    session: &Session,
) {
    if let Err(error) = try_note(desk, visit, (identity, is_new), session).await {
        tracing::warn!(%error, "where somebody has signed in is not noted");
    }
}

async fn try_note(
    desk: &Desk,
    visit: &Visit,
    (identity, is_new): (&Identity, bool),
    session: &Session,
) -> Result<(), StoreError> {
    let name = DeviceName::of(session.device.user_agent.as_deref());
    let devices = desk.config.devices;
    if devices.notify_new && !is_new && is_elsewhere(desk, visit, identity.id, &name).await? {
        let is_known = knows(desk, session, &name).await?;
        if !is_known {
            notices::tell_of_device(desk, &name.line(), identity).await;
        }
    }
    // Whoever has no more than their password may be anybody.
    let assurance = desk.services.actions.assurance();
    if assurance.has_second(identity) && session.aal() < Aal::Aal2 {
        return Ok(());
    }
    throttle::remember(desk, visit, identity.id).await?;
    if session.aal() >= Aal::Aal2 {
        throttle::remember_second(desk, visit, identity.id).await?;
    }
    if devices.retention.is_zero() {
        return Ok(());
    }
    let until = desk.now() + devices.retention;
    let marked = marked(identity.id, &name);
    marker::set_of(desk, (&marked, identity.id), until).await
}

/// Whether neither the device nor the network is one that they have signed in from lately.
async fn is_elsewhere(
    desk: &Desk,
    visit: &Visit,
    identity: IdentityId,
    name: &DeviceName,
) -> Result<bool, StoreError> {
    let until = marker::stands(desk, &marked(identity, name)).await?;
    Ok(until.is_none() && !throttle::is_familiar_to(desk, visit, identity).await?)
}

/// Whether another session was begun on a device of this name.
async fn knows(desk: &Desk, own: &Session, name: &DeviceName) -> Result<bool, StoreError> {
    let sessions = desk.services.sessions.store();
    let others = sessions.list(own.identity_id).await?;
    // An administrator's device is none of theirs.
    let is_theirs = |other: &&Session| other.id != own.id && other.acting.is_none();
    let mut others = others.iter().filter(is_theirs);
    Ok(others.any(|other| DeviceName::of(other.device.user_agent.as_deref()) == *name))
}

fn marked(identity: IdentityId, name: &DeviceName) -> String {
    format!("device:{identity}:{}", name.line())
}
