//! What the audit log keeps of somebody who is deleted: what was done to them, by whom and when, never
//! what they were like. What is not known to tell nothing of a person goes.

use portcullis_core::{
    audit::AuditEntry,
    id::IdentityId,
    store::{PAST_IDENTITY, StoreError},
};
use sea_query::{Expr, ExprTrait, LockType, Order, Query};
use serde_json::{Map, Value};

use super::WHAT;
use crate::store::{
    cell::{json, text},
    database::{Database, Transaction},
    table::{Column, Table},
};

/// What entries call an identity.
const IDENTITY: &str = "identity";

/// What stands in place of what went.
const GONE: &str = "deleted with the identity";

/// What entries about identities say that tells nothing of the person.
const KEPT: [&str; 20] = [
    "actions",
    "by",
    "created_at",
    "credentials",
    "expires_at",
    "has_password",
    "last_used_at",
    "priority",
    "provider",
    "read_only",
    // Why somebody acted as them: for that the log is kept.
    "reason",
    "required_actions",
    "roles",
    "schema_id",
    "sessions_ended",
    "state",
    "temporary",
    "ttl",
    "type",
    "verified_addresses",
];

/// How many entries are read at once.
const PAGE: u64 = 500;

/// Takes what tells of somebody out of the entries about them, while they are removed.
pub(in crate::store) async fn forget(
    database: &Database,
    transaction: &mut Transaction,
    id: IdentityId,
) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = Query::select()
            .columns([Column::Id, Column::Record])
            .from(Table::Audit)
            .and_where(Expr::col(Column::ObjectId).eq(text(id)))
            .and_where(Expr::col(Column::ObjectKind).eq(text(IDENTITY)))
            .and_where_option(after.map(|after| Expr::col(Column::Id).gt(text(after))))
            .order_by(Column::Id, Order::Asc)
            .limit(PAGE)
            .to_owned();
        let rows = transaction.rows(database.write(&page, WHAT)).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.text(Column::Id)?);
        for row in &rows {
            let own = row.text(Column::Id)?;
            let entry: AuditEntry = match row.json(Column::Record) {
                Ok(entry) => entry,
                // Nobody stays for the sake of an entry that nobody can read.
                Err(StoreError::Corrupt { .. }) => {
                    tracing::warn!(entry = %own, "an entry of the audit log cannot be read, and is left as it is though its identity is deleted");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let change = Query::update()
                .table(Table::Audit)
                .value(Column::Record, Expr::from(json(&impersonal(entry))?))
                .and_where(Expr::col(Column::Id).eq(text(own)))
                .to_owned();
            transaction.execute(database.write(&change, WHAT)).await?;
        }
    }
}

/// The entry as it may be written now: what was done to somebody just before they were deleted may be
/// written down after it.
pub(super) async fn as_of_now(
    database: &Database,
    transaction: &mut Transaction,
    entry: &AuditEntry,
) -> Result<AuditEntry, StoreError> {
    let entry = entry.clone();
    let Some(id) = told_of(&entry) else {
        return Ok(entry);
    };
    // Whoever removes it at this moment is waited for, or waits and then finds this entry, too.
    let own = Query::select()
        .column(Column::Id)
        .from(Table::Identities)
        .and_where(Expr::col(Column::Id).eq(text(id)))
        .lock(LockType::Share)
        .to_owned();
    transaction.rows(database.write(&own, WHAT)).await?;
    let past = Query::select()
        .column(Column::Id)
        .from(Table::PastIdentities)
        .and_where(Expr::col(Column::Id).eq(text(id)))
        .to_owned();
    let past = transaction
        .rows(database.write(&past, PAST_IDENTITY))
        .await?;
    Ok(match past.is_empty() {
        true => entry,
        false => impersonal(entry),
    })
}

/// Whom an entry says something of.
pub(super) fn told_of(entry: &AuditEntry) -> Option<IdentityId> {
    let is_about = entry.object_kind.as_deref() == Some(IDENTITY);
    let says = entry.before.is_some() || entry.after.is_some();
    let id = entry.object_id.as_deref().filter(|_| is_about && says)?;
    id.parse().ok()
}

fn impersonal(mut entry: AuditEntry) -> AuditEntry {
    for said in [&mut entry.before, &mut entry.after].into_iter().flatten() {
        *said = match said.take() {
            Value::Object(facts) => {
                Value::Object(facts.into_iter().map(kept).collect::<Map<_, _>>())
            }
            _ => GONE.into(),
        };
    }
    entry
}

fn kept((name, value): (String, Value)) -> (String, Value) {
    match value.is_null() || KEPT.contains(&name.as_str()) {
        true => (name, value),
        false => (name, GONE.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// KC-120.
    #[test]
    fn what_was_done_to_whom_stays_and_what_they_were_like_goes() {
        let entry: AuditEntry = serde_json::from_value(json!({
            "id": "0198c5b2-2f6e-7000-8000-000000000001", "at": "2026-01-01T00:00:00Z",
            "actor": "command", "actor_label": "portcullis", "verb": "identity.update",
            "object_kind": "identity", "object_id": "0198c5b2-2f6e-7000-8000-000000000002",
            "client": null, "request_id": null, "outcome": "done",
            "before": {"traits": {"email": "ada@example.org"}, "roles": [], "external_id": null},
            "after": {"traits": {"email": "lovelace@example.org"}, "roles": ["viewer"],
                "something_new": "Ada", "reason": "ticket 77"},
        }))
        .unwrap();
        assert!(told_of(&entry).is_some());
        let kept = impersonal(entry.clone());
        assert_eq!(
            kept.before.unwrap(),
            json!({
                "traits": GONE, "roles": [], "external_id": null,
            })
        );
        assert_eq!(
            kept.after.unwrap(),
            json!({
                "traits": GONE, "roles": ["viewer"], "something_new": GONE, "reason": "ticket 77",
            })
        );
        assert_eq!(
            (kept.verb, kept.at, kept.actor),
            (entry.verb, entry.at, entry.actor)
        );
    }
}
