//! A session as the dialect writes it.

use portcullis_core::{identity::Identity, session::Session};
use serde_json::{Value, json};

use crate::{desk::Desk, device::DeviceName, identity_json};

/// The session of `identity`; tokens and their hashes are never in it.
pub(crate) fn session(desk: &Desk, session: &Session, identity: &Identity) -> Value {
    let live = desk
        .services
        .sessions
        .lifetimes()
        .is_live(session, desk.now());
    // Whoever has shown a second factor at a provider needs none here.
    let pending = desk.services.actions.pending_at(session.aal(), identity);
    let mut identity = identity_json::identity(desk, identity);
    identity["required_actions"] = json!(pending);
    json!({
        "id": session.id,
        "active": live,
        "expires_at": session.expires_at,
        "authenticated_at": session.authenticated_at,
        "authenticator_assurance_level": session.aal(),
        "authentication_methods": session.methods,
        "issued_at": session.issued_at,
        "required_actions": identity["required_actions"],
        "identity": identity,
        "devices": [device(session)],
    })
}

/// Where the session was begun, and what its `User-Agent` tells of that.
fn device(session: &Session) -> Value {
    let device = &session.device;
    let mut json = json!({
        "id": session.id,
        "ip_address": device.ip_address.map(|ip| ip.to_string()).unwrap_or_default(),
        "user_agent": device.user_agent.as_deref().unwrap_or_default(),
        "location": "",
        "first_seen": session.issued_at,
        "last_seen": session.last_seen_at,
    });
    let name = DeviceName::of(device.user_agent.as_deref());
    for (member, text) in [("browser", name.browser), ("os", name.os)] {
        if let Some(text) = text {
            json[member] = text.into();
        }
    }
    json
}
