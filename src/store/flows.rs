//! Flows and claims of what may happen once, in SQL.
//!
//! They stay in SQL even where Redis is configured: signing in needs SQL anyway, and with a single
//! record no submission completes twice while Redis comes and goes.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    flow::{Flow, FlowStore},
    id::{FlowId, IdentityId},
    secret::TokenHash,
    store::StoreError,
};
use sea_query::{DeleteStatement, Expr, ExprTrait, OnConflict, Query, Value};

use super::{
    cell::{hash, json, text, time},
    database::Database,
    table::{Column, Table, insert},
};

/// Flows in SQL.
#[derive(Clone)]
pub(super) struct SqlFlows {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqlFlows {
    pub(super) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }
}

impl fmt::Debug for SqlFlows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlFlows").finish_non_exhaustive()
    }
}

/// Forgets every flow of this identity.
pub(super) fn removal_of(owner: IdentityId) -> DeleteStatement {
    Query::delete()
        .from_table(Table::Flows)
        .and_where(Expr::col(Column::IdentityId).eq(text(owner)))
        .to_owned()
}

fn cells(flow: &Flow) -> Result<Vec<(Column, Value)>, StoreError> {
    let owner = flow.owner().map_or(Value::String(None), text);
    Ok(vec![
        (Column::Id, text(flow.id)),
        (Column::ExpiresAt, time(flow.expires_at)),
        (Column::IdentityId, owner),
        (Column::Record, json(flow)?),
    ])
}

#[async_trait]
impl FlowStore for SqlFlows {
    async fn put(&self, flow: &Flow) -> Result<(), StoreError> {
        let mut row = insert(Table::Flows, cells(flow)?);
        row.on_conflict(
            OnConflict::column(Column::Id)
                .update_columns([Column::ExpiresAt, Column::IdentityId, Column::Record])
                .to_owned(),
        );
        let row = self.database.write(&row, "flow");
        self.database.execute(row).await.map(drop)
    }

    async fn replace(&self, flow: &Flow) -> Result<bool, StoreError> {
        let change = Query::update()
            .table(Table::Flows)
            .values(cells(flow)?.into_iter().map(|(c, v)| (c, v.into())))
            .and_where(Expr::col(Column::Id).eq(text(flow.id)))
            .to_owned();
        let change = self.database.write(&change, "flow");
        Ok(self.database.execute(change).await? > 0)
    }

    async fn find(&self, id: FlowId) -> Result<Option<Flow>, StoreError> {
        let query = Query::select()
            .column(Column::Record)
            .from(Table::Flows)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let query = self.database.write(&query, "flow");
        let row = self.database.row(query).await?;
        row.map(|row| row.json(Column::Record)).transpose()
    }

    async fn remove(&self, id: FlowId) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::Flows)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removal = self.database.write(&removal, "flow");
        Ok(self.database.execute(removal).await? > 0)
    }

    async fn remove_of(&self, owner: IdentityId) -> Result<(), StoreError> {
        let removal = removal_of(owner);
        let removal = self.database.write(&removal, "flow");
        self.database.execute(removal).await.map(drop)
    }

    async fn claim_once(&self, key: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        let ended = Expr::col((Table::Claims, Column::ExpiresAt)).lte(time(self.clock.now()));
        let mut row = insert(
            Table::Claims,
            vec![
                (Column::KeyHash, hash(key)),
                (Column::ExpiresAt, time(expires_at)),
            ],
        );
        row.on_conflict(
            OnConflict::column(Column::KeyHash)
                .update_column(Column::ExpiresAt)
                .action_and_where(ended)
                .to_owned(),
        );
        let row = self.database.write(&row, "claim");
        Ok(self.database.execute(row).await? > 0)
    }
}
