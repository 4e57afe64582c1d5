//! The providers that were added at run time, in SQL.

use jiff::Timestamp;
use portcullis_core::{id::ProviderId, store::StoreError};
use sea_query::{Expr, ExprTrait, Order, Query, Value};
use serde_json::Map;

use super::{
    cell::{Row, json, text, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "provider";

const COLUMNS: [Column; 5] = [
    Column::Id,
    Column::Config,
    Column::Version,
    Column::CreatedAt,
    Column::UpdatedAt,
];

/// A provider as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProvider {
    /// Its name.
    pub id: ProviderId,
    /// Its table, secrets sealed.
    pub table: Map<String, serde_json::Value>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The providers that were added at run time.
#[derive(Debug, Clone)]
pub struct StoredProviders {
    database: Database,
}

impl StoredProviders {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// All of them in the order of their ids.
    pub async fn list(&self) -> Result<Vec<StoredProvider>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Providers)
            .order_by(Column::Id, Order::Asc)
            .to_owned();
        let query = self.database.write(&query, WHAT);
        self.database.rows(query).await?.iter().map(read).collect()
    }

    /// Adds one; [`StoreError::Conflict`] when there is one of its name.
    pub async fn insert(&self, provider: &StoredProvider) -> Result<(), StoreError> {
        let row = insert(
            Table::Providers,
            vec![
                (Column::Id, text(&provider.id)),
                (Column::Config, json(&provider.table)?),
                (Column::Version, Value::BigInt(Some(provider.version))),
                (Column::CreatedAt, time(provider.created_at)),
                (Column::UpdatedAt, time(provider.updated_at)),
            ],
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    /// Puts this in place of the version before it; `false` when that is not there any more.
    pub async fn update(&self, provider: &StoredProvider) -> Result<bool, StoreError> {
        let before = Value::BigInt(Some(provider.version.saturating_sub(1)));
        let change = Query::update()
            .table(Table::Providers)
            .value(Column::Config, json(&provider.table)?)
            .value(Column::Version, Value::BigInt(Some(provider.version)))
            .value(Column::UpdatedAt, time(provider.updated_at))
            .and_where(Expr::col(Column::Id).eq(text(&provider.id)))
            .and_where(Expr::col(Column::Version).eq(Expr::val(before)))
            .to_owned();
        let change = self.database.write(&change, WHAT);
        Ok(self.database.execute(change).await? > 0)
    }

    /// Removes one; `false` when there was none.
    pub async fn remove(&self, id: &ProviderId) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::Providers)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        Ok(self.database.execute(removal).await? > 0)
    }
}

fn read(row: &Row) -> Result<StoredProvider, StoreError> {
    Ok(StoredProvider {
        id: row.parsed(Column::Id)?,
        table: row.json(Column::Config)?,
        version: row.number(Column::Version)?,
        created_at: row.time(Column::CreatedAt)?,
        updated_at: row.time(Column::UpdatedAt)?,
    })
}
