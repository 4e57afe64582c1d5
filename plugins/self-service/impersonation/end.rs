//! What is told once somebody acts as somebody else no more: to observers and to the audit log.

use portcullis_core::{
    audit::{AuditEntry, DONE},
    event::Event,
    id::AuditId,
    session::{Acting, Session},
};
use portcullis_kit::Visit;

use crate::desk::Desk;

/// What it is called in the audit log, by the admin API too.
const VERB: &str = "identity.impersonate.end";

/// Tells that this session has ended by whoever was in it: an administrator, or the person themselves.
pub(crate) async fn tell(desk: &Desk, visit: &Visit, session: &Session) {
    let identity = session.identity_id;
    let announcer = &desk.services.announcer;
    let Some(acting) = &session.acting else {
        let session = session.id;
        return announcer.announce(&Event::SignedOut { identity, session });
    };
    let actor = &acting.actor;
    announcer.announce(&Event::ImpersonationEnded { identity, actor });
    write_down(desk, entry(desk, visit, (session, acting))).await;
}

fn entry(desk: &Desk, visit: &Visit, (session, acting): (&Session, &Acting)) -> AuditEntry {
    let actor = &acting.actor;
    AuditEntry {
        id: AuditId::generate(&*desk.services.entropy),
        at: desk.now(),
        actor: match Acting::credential_of(actor) {
            Some(_) => actor.clone(),
            None => format!("identity:{actor}"),
        },
        actor_label: acting.label.clone(),
        verb: VERB.to_owned(),
        object_kind: Some("identity".to_owned()),
        object_id: Some(session.identity_id.to_string()),
        client: Some(visit.visitor.client.to_string()),
        request_id: Some(visit.visitor.request_id.clone()),
        outcome: DONE.to_owned(),
        before: None,
        after: None,
    }
}

/// It has ended already: a log that cannot be written undoes nothing, and is told of in the gateway's own.
async fn write_down(desk: &Desk, entry: AuditEntry) {
    if let Err(error) = desk.services.audit.append(&entry).await {
        tracing::error!(
            request.id = entry.request_id,
            actor = entry.actor,
            verb = entry.verb,
            object = entry.object_id,
            %error,
            "what was done was not written to the audit log"
        );
    }
}
