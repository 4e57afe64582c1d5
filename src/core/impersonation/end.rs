//! What is told once somebody acts as somebody else no more, whoever ended it: to observers and in the audit
//! log. The session has ended already, so that nothing here undoes that.

use serde_json::json;

use crate::{
    audit::{self, AuditEntry, DONE},
    event::Event,
    id::{AuditId, IdentityId},
    identity::Identity,
    pages::{Client, Visitor},
    plugin::Services,
    session::{Acting, Stopped},
};

/// What it is called in the audit log.
const VERB: &str = "identity.impersonate.end";

/// Who ended it, and by which request.
#[derive(Debug, Clone)]
pub struct Ender {
    /// As the audit log names them.
    pub actor: String,
    /// What people call them.
    pub label: String,
    /// From where.
    pub client: Client,
    /// The request's name.
    pub request_id: String,
}

impl Ender {
    /// Whoever acted in the session themselves.
    pub fn acting(acting: &Acting, visitor: &Visitor) -> Self {
        Self::known((named(&acting.actor), acting.label.clone()), visitor)
    }

    /// Whoever was acted as.
    pub fn owner(identity: &Identity, visitor: &Visitor) -> Self {
        let name = identity.id.to_string();
        let label = identity.identifiers.first().unwrap_or(&name).clone();
        Self::known((named(&name), label), visitor)
    }

    fn known((actor, label): (String, String), visitor: &Visitor) -> Self {
        Self {
            actor,
            label,
            client: visitor.client,
            request_id: visitor.request_id.clone(),
        }
    }
}

/// Tells that `actor`, as sessions name them, acts as `identity` no more. Who acted stands beside who ended it
/// where these are two.
pub async fn tell_of_end(services: &Services, (identity, actor): (IdentityId, &str), ender: Ender) {
    services
        .announcer
        .announce(&Event::ImpersonationEnded { identity, actor });
    let acted = named(actor);
    let entry = AuditEntry {
        id: AuditId::generate(&*services.entropy),
        at: services.clock.now(),
        before: (acted != ender.actor).then(|| json!({"actor": acted})),
        actor: ender.actor,
        actor_label: ender.label,
        verb: VERB.to_owned(),
        object_kind: Some("identity".to_owned()),
        object_id: Some(identity.to_string()),
        client: Some(ender.client.to_string()),
        request_id: Some(ender.request_id),
        outcome: DONE.to_owned(),
        after: None,
    };
    audit::note(&*services.audit, &entry).await;
}

/// The same of whoever acted in sessions that have ended together, unless it was over by then.
pub async fn tell_of_ends(services: &Services, stopped: &[Stopped], ender: &Ender) {
    let (now, lifetimes) = (services.clock.now(), services.sessions.lifetimes());
    let was_live = |one: &&Stopped| {
        let idle = now.duration_since(one.seen_at);
        one.until > now && idle.unsigned_abs() < lifetimes.idle_timeout
    };
    for one in stopped.iter().filter(was_live) {
        tell_of_end(services, (one.identity, &one.actor), ender.clone()).await;
    }
}

/// An actor of a session as the audit log names it.
fn named(actor: &str) -> String {
    match Acting::credential_of(actor) {
        Some(_) => actor.to_owned(),
        None => format!("identity:{actor}"),
    }
}
