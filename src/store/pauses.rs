//! Pauses in SQL, even where Redis is configured: they outlast it, and few are written.

use async_trait::async_trait;
use portcullis_core::{
    secret::TokenHash,
    store::StoreError,
    throttle::{Pause, PauseStore},
};
use sea_query::{Expr, ExprTrait, OnConflict, Order, Query, Value};

use super::{
    cell::{hash, json, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "pause";
/// How many are listed.
const MOST: u64 = 10_000;

/// Pauses in SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlPauses {
    database: Database,
}

impl SqlPauses {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }
}

fn key(name: &str) -> Value {
    hash(&TokenHash::of(name))
}

#[async_trait]
impl PauseStore for SqlPauses {
    async fn begin(&self, pause: &Pause) -> Result<(), StoreError> {
        let mut row = insert(
            Table::Pauses,
            vec![
                (Column::KeyHash, key(&pause.name)),
                (Column::ExpiresAt, time(pause.until)),
                (Column::Record, json(pause)?),
            ],
        );
        row.on_conflict(
            OnConflict::column(Column::KeyHash)
                .update_columns([Column::ExpiresAt, Column::Record])
                .to_owned(),
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    async fn find(&self, name: &str) -> Result<Option<Pause>, StoreError> {
        let query = Query::select()
            .column(Column::Record)
            .from(Table::Pauses)
            .and_where(Expr::col(Column::KeyHash).eq(key(name)))
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let row = self.database.row(query).await?;
        row.map(|row| row.json(Column::Record)).transpose()
    }

    async fn list(&self) -> Result<Vec<Pause>, StoreError> {
        let query = Query::select()
            .column(Column::Record)
            .from(Table::Pauses)
            .order_by(Column::ExpiresAt, Order::Asc)
            .limit(MOST)
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(|row| row.json(Column::Record)).collect()
    }

    async fn end(&self, name: &str) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::Pauses)
            .and_where(Expr::col(Column::KeyHash).eq(key(name)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        Ok(self.database.execute(removal).await? > 0)
    }
}
