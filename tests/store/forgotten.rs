//! What the audit log keeps of somebody who is deleted (KC-120).

use std::sync::Arc;

use portcullis_core::{
    audit::{AuditEntry, AuditFilter, DONE},
    clock::Clock,
    id::{AuditId, IdentityId},
    schema::{Schema, Schemas},
};
use serde_json::json;

use super::node::{Node, Record, clock, entropy};

fn change(of: IdentityId) -> AuditEntry {
    AuditEntry {
        id: AuditId::generate(&entropy()),
        at: clock().now(),
        actor: "command".to_owned(),
        actor_label: "portcullis".to_owned(),
        verb: "identity.update".to_owned(),
        object_kind: Some("identity".to_owned()),
        object_id: Some(of.to_string()),
        client: None,
        request_id: None,
        outcome: DONE.to_owned(),
        before: Some(json!({"traits": {"email": "ada@example.org"}, "roles": ["viewer"]})),
        after: Some(json!({"traits": {"email": "ada@example.net"}, "roles": []})),
    }
}

async fn nobody_who_is_deleted_stays_in_the_log(record: &Record) {
    let clock = clock();
    let node = Node::start(record, None, &clock).await;
    let document = json!({"type": "object", "properties": {"email": {"type": "string"}}});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Schemas::new(vec![Arc::clone(&schema)], "default").unwrap();
    let (identities, audit) = (&node.stores.identities, &node.stores.audit);
    let mut people = Vec::new();
    for _ in 0..2 {
        let made = schemas.identity(&schema, json!({"email": "x"}), &*clock, &entropy());
        let made = made.unwrap();
        identities.insert(&made, &[]).await.unwrap();
        audit.append(&change(made.id)).await.unwrap();
        people.push(made.id);
    }
    let [gone, stays] = people[..] else { panic!() };
    assert!(identities.delete(gone).await.unwrap());
    // What was done just before, and is written down late.
    audit.append(&change(gone)).await.unwrap();
    let of = async |id: IdentityId| {
        let filter = AuditFilter {
            object_id: Some(id.to_string()),
            ..AuditFilter::default()
        };
        audit.list(&filter, None, 10).await.unwrap()
    };
    let kept = of(gone).await;
    assert_eq!(kept.len(), 2, "who did what, and when, stays");
    for entry in kept {
        assert_eq!(
            (&*entry.verb, &*entry.actor),
            ("identity.update", "command")
        );
        let before = json!({"traits": "deleted with the identity", "roles": ["viewer"]});
        assert_eq!(entry.before, Some(before));
        assert!(!entry.after.unwrap().to_string().contains("ada@"));
    }
    let whole = change(stays);
    let other = of(stays).await.pop().unwrap();
    assert_eq!((other.before, other.after), (whole.before, whole.after));
}

#[tokio::test]
async fn the_log_forgets_who_is_deleted_in_sqlite_kc_120() {
    nobody_who_is_deleted_stays_in_the_log(&Record::sqlite()).await;
}

#[tokio::test]
async fn the_log_forgets_who_is_deleted_in_postgresql_kc_120() {
    nobody_who_is_deleted_stays_in_the_log(&Record::postgres().await).await;
}
