//! The audit log in SQL. No row is removed, and none changed but to forget somebody who is deleted.

pub(super) mod parting;

use async_trait::async_trait;
use portcullis_core::{
    audit::{AuditEntry, AuditFilter, AuditLog, AuditOutcome, AuditPlace},
    part::Part,
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

/// What holds of the entries of a part, and in which order those come first that are nearest to its place.
fn of_part(part: &Part<AuditPlace>) -> (Vec<Expr>, Order) {
    let (at, id) = (|| Expr::col(Column::CreatedAt), || Expr::col(Column::Id));
    match part {
        Part::First => (Vec::new(), Order::Desc),
        Part::Behind(place) => {
            let (then, name) = (|| time(place.at), text(place.id));
            let same = at().eq(then()).and(id().lt(name));
            // The first, which follows from the second, is one that an index serves.
            let both = vec![at().lte(then()), at().lt(then()).or(same)];
            (both, Order::Desc)
        }
        Part::Before(place) => {
            let (then, name) = (|| time(place.at), text(place.id));
            let same = at().eq(then()).and(id().gt(name));
            let both = vec![at().gte(then()), at().gt(then()).or(same)];
            (both, Order::Asc)
        }
    }
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
        part: Part<AuditPlace>,
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
        let (is_in, order) = of_part(&part);
        for is_in in is_in {
            fits = fits.add(is_in);
        }
        let query = Query::select()
            .column(Column::Record)
            .from(Table::Audit)
            .cond_where(fits)
            .order_by(Column::CreatedAt, order.clone())
            .order_by(Column::Id, order)
            .limit(u64::from(limit))
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let rows = self.database.rows(query).await?;
        let mut found: Vec<AuditEntry> = rows
            .iter()
            .map(|row| row.json(Column::Record))
            .collect::<Result<_, _>>()?;
        if let Part::Before(_) = part {
            found.reverse();
        }
        Ok(found)
    }
}
