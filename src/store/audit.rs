//! The audit log in SQL. No row is removed, and none changed but to forget somebody who is deleted.

pub(super) mod parting;

use async_trait::async_trait;
use portcullis_core::{
    audit::{AuditEntry, AuditFilter, AuditLog, AuditOutcome, AuditPlace},
    store::StoreError,
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query, Value};

use super::{
    cell::{json, text, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "audit entry";

/// The audit log in SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlAudit {
    database: Database,
}

impl SqlAudit {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }
}

fn text_if_any(value: Option<&String>) -> Value {
    Value::String(value.cloned())
}

/// What has to be written so; `None` where nothing is.
fn texts(filter: &AuditFilter) -> Option<Cond> {
    let outcome = match &filter.outcome {
        Some(AuditOutcome::Is(outcome)) => Some(outcome),
        Some(AuditOutcome::Refused) | None => None,
    };
    let texts = [
        (Column::Actor, filter.actor.as_ref()),
        (Column::Verb, filter.verb.as_ref()),
        (Column::ObjectKind, filter.object_kind.as_ref()),
        (Column::ObjectId, filter.object_id.as_ref()),
        (Column::Client, filter.client.as_ref()),
        (Column::Outcome, outcome),
    ];
    let mut fits = Cond::all();
    for (column, wanted) in texts {
        let Some(wanted) = wanted else { continue };
        // PostgreSQL keeps no NUL and refuses to look for one, so nothing has it.
        if wanted.contains('\0') {
            return None;
        }
        fits = fits.add(Expr::col(column).eq(text(wanted)));
    }
    Some(fits)
}

#[async_trait]
impl AuditLog for SqlAudit {
    async fn append(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let entry = &parting::as_of_now(&self.database, &mut transaction, entry).await?;
        let row = insert(
            Table::Audit,
            vec![
                (Column::Id, text(entry.id)),
                (Column::CreatedAt, time(entry.at)),
                (Column::Actor, text(&entry.actor)),
                (Column::Verb, text(&entry.verb)),
                (Column::ObjectKind, text_if_any(entry.object_kind.as_ref())),
                (Column::ObjectId, text_if_any(entry.object_id.as_ref())),
                (Column::Record, json(entry)?),
            ],
        );
        let row = self.database.write(&row, WHAT);
        transaction.execute(row).await?;
        transaction.commit().await
    }

    async fn list(
        &self,
        filter: &AuditFilter,
        after: Option<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let Some(mut fits) = texts(filter) else {
            return Ok(Vec::new());
        };
        if filter.outcome == Some(AuditOutcome::Refused) {
            // Written into the statement, so that the index of refusals is seen to serve it.
            fits = fits.add(Expr::cust("outcome <> 'done'"));
        }
        let at = || Expr::col(Column::CreatedAt);
        if let Some(since) = filter.since {
            fits = fits.add(at().gte(time(since)));
        }
        if let Some(until) = filter.until {
            fits = fits.add(at().lt(time(until)));
        }
        if let Some(after) = after {
            let same = at()
                .eq(time(after.at))
                .and(Expr::col(Column::Id).lt(text(after.id)));
            fits = fits.add(at().lte(time(after.at)));
            fits = fits.add(at().lt(time(after.at)).or(same));
        }
        let query = Query::select()
            .column(Column::Record)
            .from(Table::Audit)
            .cond_where(fits)
            .order_by(Column::CreatedAt, Order::Desc)
            .order_by(Column::Id, Order::Desc)
            .limit(u64::from(limit))
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(|row| row.json(Column::Record)).collect()
    }
}
