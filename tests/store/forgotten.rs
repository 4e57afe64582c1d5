//! What the audit log keeps of somebody who is deleted (KC-120).

use std::sync::Arc;

use portcullis_core::{
    audit::{AuditEntry, AuditFilter, DONE},
    clock::Clock,
    id::{AuditId, IdentityId},
    part::Part,
    schema::{Schema, Schemas},
};
use serde_json::json;

use super::node::{Node, Record, clock, entropy, identity};

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
        audit.list(&filter, Part::First, 10).await.unwrap()
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

/// An entry that nobody can read keeps nobody here.
#[tokio::test]
async fn who_is_deleted_goes_whatever_the_log_says_of_them() {
    let record = Record::postgres().await;
    let clock = clock();
    let node = Node::start(&record, None, &clock).await;
    let (identities, audit) = (&node.stores.identities, &node.stores.audit);
    let ada = identity(clock.now());
    identities.insert(&ada, &[]).await.unwrap();
    let (broken, whole) = (change(ada.id), change(ada.id));
    for entry in [&broken, &whole] {
        audit.append(entry).await.unwrap();
    }
    let Record::Postgres(postgres) = &record else {
        unreachable!()
    };
    let id = broken.id;
    postgres.query(&format!(
        "UPDATE audit SET record = '{{}}' WHERE id = '{id}'"
    ));
    assert!(identities.delete(ada.id).await.unwrap());
    let id = whole.id;
    let kept = postgres.query(&format!("SELECT record FROM audit WHERE id = '{id}'"));
    assert!(
        kept.contains("identity.update") && !kept.contains("ada@"),
        "{kept}"
    );
}

/// Two passwords that were stored at once before nobody could have two.
#[tokio::test]
async fn of_two_passwords_an_upgrade_of_postgresql_keeps_the_one_chosen_last() {
    let record = Record::postgres().await;
    let clock = clock();
    let node = Node::start(&record, None, &clock).await;
    let ada = identity(clock.now());
    node.stores.identities.insert(&ada, &[]).await.unwrap();
    let Record::Postgres(postgres) = &record else {
        unreachable!()
    };
    let double = |id: &str, at: u8| {
        format!(
            "INSERT INTO credentials (id, identity_id, kind, config, created_at, updated_at) \
             VALUES ('{id}', '{}', 'password', '{{}}', 1, {at})",
            ada.id
        )
    };
    postgres.query("DROP INDEX credentials_one_password");
    postgres.query("DELETE FROM _sqlx_migrations WHERE version = 25");
    postgres.query(&double("1", 9));
    postgres.query(&double("2", 8));
    drop(record.open(&clock).await);
    let left = postgres.query("SELECT id FROM credentials");
    assert_eq!(left.trim(), "1");
}

/// Entries that were damaged before the database read them, too.
#[tokio::test]
async fn an_entry_that_is_no_json_holds_no_upgrade_of_postgresql_up() {
    let record = Record::postgres().await;
    let clock = clock();
    let node = Node::start(&record, None, &clock).await;
    let whole = change(IdentityId::generate(&entropy()));
    node.stores.audit.append(&whole).await.unwrap();
    let Record::Postgres(postgres) = &record else {
        unreachable!()
    };
    postgres.query("ALTER TABLE audit DROP COLUMN outcome, DROP COLUMN client");
    postgres.query("DELETE FROM _sqlx_migrations WHERE version IN (22, 26)");
    let damaged = [
        "",
        "{\"outcome\": \"do",
        "{\"outcome\": \"\\ud800\"}",
        "\\u0000 o",
    ];
    let entries = damaged.iter().chain(&["{}", "[1]"]).enumerate();
    for (index, entry) in entries {
        postgres.query(&format!(
            "INSERT INTO audit (id, created_at, actor, verb, record) \
             VALUES ('{index}', 1, 'command', 'odd', '{entry}')"
        ));
    }
    drop(record.open(&clock).await);
    let found = postgres.query("SELECT id FROM audit WHERE outcome = 'done'");
    assert_eq!(found.trim(), whole.id.to_string());
    for (index, entry) in damaged.iter().enumerate() {
        let kept = format!("SELECT record::jsonb #>> '{{}}' FROM audit WHERE id = '{index}'");
        assert_eq!(postgres.query(&kept).trim(), entry.trim(), "as it was");
    }
    let others = postgres.query("SELECT record FROM audit WHERE id IN ('4', '5') ORDER BY id");
    assert_eq!(others.split_whitespace().collect::<Vec<_>>(), ["{}", "[1]"]);
}
