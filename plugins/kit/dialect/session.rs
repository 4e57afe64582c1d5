//! A session as the dialect writes it.

use portcullis_core::{
    administrators::held,
    id::SessionId,
    identity::Identity,
    plugin::Services,
    session::{AuthenticationMethod, Session},
};
use serde_json::{Value, json};

use super::{device::DeviceName, identity};
use crate::pages::Place;

/// What the dialect calls the ways to prove oneself; there is never another name.
const METHODS: [&str; 11] = [
    "password",
    "oidc",
    "totp",
    "lookup_secret",
    "webauthn",
    "code",
    "passkey",
    "profile",
    "saml",
    "link_recovery",
    "code_recovery",
];

/// The session of `identity` as it may see it; tokens and their hashes are never in it.
pub fn session(services: &Services, session: &Session, identity: &Identity) -> Value {
    let shown = identity::identity(services, identity);
    written(services, session, (identity, shown))
}

/// The session as administrators see it: its identity with all that is known of it.
pub fn session_for_administrators(
    services: &Services,
    session: &Session,
    identity: &Identity,
) -> Value {
    let shown = identity::identity_for_administrators(services, identity);
    written(services, session, (identity, shown))
}

/// Where a session stands among others, the newest of which is first.
pub fn newest_first(session: &Session) -> Place<SessionId> {
    Place::newest_first(session.issued_at, session.id)
}

fn written(
    services: &Services,
    session: &Session,
    (identity, mut shown): (&Identity, Value),
) -> Value {
    let lifetimes = services.sessions.lifetimes();
    // Whoever has shown a second factor at a provider needs none here.
    // So does nobody who acts as somebody else.
    let pending = match session.acting {
        None => services.actions.pending_at(session, identity),
        Some(_) => Vec::new(),
    };
    shown["required_actions"] = json!(pending);
    // Those that applications may go by, as in the headers.
    shown["roles"] = held(identity, session).collect();
    let mut json = json!({
        "id": session.id,
        "active": lifetimes.is_live(session, services.clock.now()),
        "expires_at": session.expires_at,
        "authenticated_at": session.authenticated_at,
        "authenticator_assurance_level": session.aal(),
        "authentication_methods": methods(session),
        "issued_at": session.issued_at,
        "required_actions": shown["required_actions"],
        "identity": shown,
        "devices": [device(session)],
    });
    if let Some(acting) = &session.acting {
        json["actor"] = acting.actor.as_str().into();
        json["read_only"] = acting.read_only.into();
    }
    json
}

/// How it was proved, without what tells accounts apart: that is nobody's to compare.
///
/// Published clients refuse a whole list of sessions for one name that they do not know, so a way that
/// the dialect has no name for is told without one.
fn methods(session: &Session) -> Vec<Value> {
    let told = session.methods.iter().map(|method| {
        let own = AuthenticationMethod {
            account: None,
            ..method.clone()
        };
        let mut told = json!(own);
        if let Some(members) = told.as_object_mut()
            && !METHODS.contains(&method.method.as_str())
        {
            members.remove("method");
        }
        told
    });
    told.collect()
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
